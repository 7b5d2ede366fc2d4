"""Photos: uploaded once, sent again by file_id."""

import struct

from bot.standin.errors import BadRequest
from bot.standin.messages import Photo
from bot.standin.params import Params
from bot.standin.world import World

LARGEST_PHOTO = 10 * 1024 * 1024  # bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Frame headers of JPEG, which hold the size; 0xC4, 0xC8 and 0xCC are other segments.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def find_photo(world: World, params: Params) -> Photo:
    """Return the picture to send; raise BadRequest if there is none or it is not a picture."""
    named = params.text("photo")
    body = params.files.get(named.removeprefix("attach://")) or params.files.get("photo")
    if body is not None:
        return _keep(world, body)
    if not named:
        raise BadRequest("there is no photo in the request")
    if named not in world.photos:
        raise BadRequest("wrong file identifier/HTTP URL specified")
    return world.photos[named]


def _keep(world: World, body: bytes) -> Photo:
    if not body:
        raise BadRequest("file must be non-empty")
    if len(body) > LARGEST_PHOTO:
        raise BadRequest("file is too big")
    mime, width, height = _measure(body)
    photo = Photo(f"photo-{len(world.photos) + 1:04d}", body, mime, width, height)
    world.photos[photo.file_id] = photo
    return photo


def _measure(body: bytes) -> tuple[str, int, int]:
    try:
        if body.startswith(_PNG):
            width, height = struct.unpack_from(">II", body, 16)
            return "image/png", width, height
        if body.startswith(_JPEG):
            return "image/jpeg", *_jpeg_size(body)
    except struct.error as error:
        raise BadRequest("IMAGE_PROCESS_FAILED") from error
    raise BadRequest("IMAGE_PROCESS_FAILED")


def _jpeg_size(body: bytes) -> tuple[int, int]:
    at = 2
    while True:
        _, kind, length = struct.unpack_from(">BBH", body, at)
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 5)
            return width, height
        at += 2 + length
