"""Types of all handlers: the context they get and the replies they return.

Here: `HandlerContext`, `Command`, `ButtonKind` and `Reply`. Not here: any command, and the runner
that calls a handler in a transaction (`handlers.responder`).
"""
