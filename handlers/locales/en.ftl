# English. Keys that begin with about-, answer-, button-, link-, moment-, read-, when- are shown
# without markup; all others may hold Telegram's HTML.

## Greetings and help

start =
    <b>Tocsin</b> rings for what you ask for: air alerts and news about the places, topics and words you choose.
start-where = Where? Press a place, write its name, or send your location (📎).
start-what = What do you want to hear of <b>{ $place }</b>?
button-oblasts = Oblasts
button-cities = ◂ Cities
button-alerts = 🔴 Air alerts
button-important = ❗ Important
button-everything = 📰 Everything
start-newest = The newest so far:
start-nothing-yet = No news about it so far.
start-test = To see how an alert will reach you: /test
start-again =
    Good to see you. You follow { $count ->
        [one] one thing
       *[other] { $count } things
    }: /subscriptions
    All commands: /help
start-confirm = This link offers you to follow: { $what }.
start-bad-link = This link is broken, so nothing has changed. You can write what you want to hear of instead, for example <code>/subscribe Kyiv</code>
locate = You are in or near { $places }. To hear of it:
locate-nowhere = I know no city near there. You can write its name instead.
examples =
    <code>/subscribe Kyiv</code> — everything about a place
    <code>/subscribe #air_alert Lviv</code> — air alerts there
    <code>/subscribe railway Kherson</code> — both at once
    <code>/subscribe drone OR missile</code> — either
    <code>/subscribe Odesa -football</code> — but without a word
    <code>/subscribe Poland | daily 09:00</code> — in one message a day
help = <b>Commands</b>
unknown = I do not know this command. All commands: /help
unknown-near = I do not know this command. Did you mean /{ $command }? All commands: /help
id-person = Your number: <code>{ $id }</code>
id-chat = This chat’s number: <code>{ $id }</code>
privacy =
    <b>What is kept</b>
    This chat’s number at Telegram, its language, time zone and settings, what it follows, and which channels are set up from it. What you write to me is erased as soon as it is answered.

    <b>What is not</b>
    Your name, your phone number, your contacts.

    <b>Places</b>
    The places you save with /places, rounded to 1 km, until you remove them. The last location you sent me, rounded to 1 km, for a day: that is what <code>here</code> means.

    Nothing is passed on to anybody. /unsubscribe erases what you no longer follow, /forget everything; /export shows all of it. If you block me, nothing more is sent.
failed = That failed. It is logged, and nothing was changed. Please try again.
not-administrator = Only administrators of this group can change what it hears. You are welcome to write to me in private.

about-bot = Rings for what you ask for: air alerts and news about the places, topics and words you choose. Press Start: three taps, and you will hear.
about-bot-short = Air alerts and news about the places, topics and words you choose.
about-start = What this is
about-subscribe = Hear of a place, a topic or a word
about-topics = Topics to subscribe to
about-subscriptions = What you follow
about-unsubscribe = Stop hearing of something
about-latest = The newest reports
about-try = What a subscription would have brought
about-digest = When to hear: at once, or gathered
about-why = Why a message came, or did not
about-stats = Who listens, and how much is on its way
about-settings = Language, time zone, length
about-language = Choose the language
about-timezone = Choose the time zone
about-id = Your number at Telegram
about-test = A test of how an alert reaches you
about-export = Everything known about this chat, to keep
about-import = Bring back what /export gave
about-forget = Erase all that is known about this chat
about-privacy = What is kept about you
about-help = All commands
usage-subscribe = WHAT [| WHEN]
usage-unsubscribe = [NUMBER]
usage-latest = [WHAT] [HOW MANY]
usage-try = WHAT [| WHEN]
usage-why = [LINK OR TEXT]
usage-import = TEXT
usage-digest = [WHEN]
usage-language = [CODE]
usage-timezone = [ZONE]

## Following

subscribed = You will hear at once of: { $what }.
subscribed-digest = You will hear of: { $what } — gathered in one message, { $when }.
subscribed-ambiguous = If you meant something else, press it:
subscribed-guessed = No place is called that. If you meant one of these, press it:
subscribe-ask = Did you mean <b>{ $guess }</b>? I don’t know a place called “{ $written }”. Nothing is subscribed until you choose.
subscribe-ask-layout = Did you mean <b>{ $guess }</b>? “{ $written }” looks as if it was typed with another keyboard layout. Nothing is subscribed until you choose.
subscribe-ask-part = “{ $written }” is a part of <b>{ $guess }</b>, and alerts are given for the whole city. Subscribe to the city? Nothing is subscribed until you choose.
subscribe-undone = Removed: { $what }. You no longer have this subscription.
subscribed-places =
    { $count ->
        [1] Includes reports that mention { $places } or a place inside it, and alerts for a larger area around it.
       *[other] Includes reports that mention { $places }, or a place inside one of these, and alerts for a larger area around one.
    }
subscribed-words = A word counts in any form, but not as part of another word.
query-any-alert = any alert
button-undo = ↩️ Undo
button-word-typed = The word “{ $word }”
subscribed-no-level = ⚠️ None of my sources regularly gives a level, so this may never match. Sources that do: { $kinds }.
subscribed-no-magnitude = ⚠️ None of my sources regularly gives a magnitude, so this may never match. Sources that do: { $kinds }.
subscribed-no-depth = ⚠️ None of my sources regularly gives a depth, so this may never match. Sources that do: { $kinds }.
topics = <b>Topics.</b> A topic includes all below it. Press one to subscribe, or add a place: <code>/subscribe #drone Kyiv</code>
topics-children = Press one to subscribe to it, for all places.
subscribe-already = You follow this already: { $what } — { $when }. Everything you follow: /subscriptions
subscribe-one-command = One command a message, please: nothing has changed. Send them one after the other.
subscribe-too-many = This chat follows { $count } things, and more is not possible. Remove one first: /unsubscribe
unsubscribed = You will no longer hear of: { $what }.
unsubscribe-no-such =
    There is no such number: { $count ->
        [one] you follow one thing
       *[other] you follow { $count } things
    }. See /subscriptions
subscriptions =
    <b>You follow { $count ->
        [one] one thing
       *[other] { $count } things
    }</b>
subscriptions-none =
    You do not follow anything yet. For example:
subscription = { $what } — { $when }
subscription-silent = without sound
subscription-sound-from =
    with sound { $level ->
        [0] always
        [1] from yellow
        [2] from orange
       *[3] from red
    }
subscription-neighbours = and, without sound, alerts next to it
zone-of-place = Times are those of { $zone }, after the first place you follow. To change that: /timezone
zone-is-utc = The hour is in UTC, as I do not know your time zone. To choose it: /timezone

## What was understood

query-everything = everything about { $places }
query-word = { $word } (any form)
query-phrase = “{ $words }” (any form)
query-source = from { $source }
query-level-least = level { $level } or higher
query-level-most = level { $level } or lower
query-level-only = level { $level }
query-magnitude-least = magnitude { $value } or more
query-magnitude-most = magnitude { $value } or less
query-magnitude-only = magnitude { $value }
query-depth-least = depth { $value } km or more
query-depth-most = depth { $value } km or less
query-depth-only = depth { $value } km
query-near = within { $distance } km of { $place }
query-near-here = within { $distance } km of your location
query-everything-near = everything { $places }
query-in-near = { $what } { $places }
query-saved-place = a saved place
level-green = green
level-yellow = yellow
level-orange = orange
level-red = red
query-not = not { $what }
query-or = or
query-and = and
query-in = { $what } in { $places }
query-together = { $places } (only reports that mention { $count ->
        [2] both
       *[other] all of them
    })
query-without = { $what }, but not { $without }

## When

when-now = at once
when-hourly = every hour
when-daily = every day at { $at } ({ $zone })
when-weekly =
    every { $day ->
        [0] Monday
        [1] Tuesday
        [2] Wednesday
        [3] Thursday
        [4] Friday
        [5] Saturday
       *[6] Sunday
    } at { $at } ({ $zone })
when-days = { $days } at { $at } ({ $zone })
weekdays-short = Mon; Tue; Wed; Thu; Fri; Sat; Sun
schedule-unknown =
    I do not understand the time “{ $written }”. You can write:
    <code>| now</code>
    <code>| hourly</code>
    <code>| daily 09:00</code>
    <code>| weekly mon 09:00</code>
    <code>| mon-fri 09:00</code>
    Hours go from 00:00 to 23:59.
    After a comma you can add <code>silently</code>, <code>sound&gt;=red</code> or <code>neighbours</code>.
# What people may type: with commas between; days with semicolons, from Monday to Sunday.
read-now = now, at once, immediately
read-hourly = hourly, every hour
read-daily = daily, every day, everyday
read-weekly = weekly, every week
read-filler = at, on, every, o'clock, o’clock
read-and = and
read-weekdays = mon, monday, mondays; tue, tuesday, tuesdays; wed, wednesday, wednesdays; thu, thursday, thursdays; fri, friday, fridays; sat, saturday, saturdays; sun, sunday, sundays
read-workdays = weekdays, workdays, working days, weekday, workday, on weekdays
read-weekends = weekends, weekend
read-silently = silently, silent, without sound, no sound
read-with-sound = with sound
read-sound = sound, with sound
read-neighbours = with neighbours, with neighbors, neighbours, neighbors
moment-day =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }, { $clock }
moment-year =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    } { $year }, { $clock }

digest = What you newly follow comes: { $when }. Press another time, or write it: <code>/digest daily 09:00</code>
digest-chosen = What you newly follow comes from now on: { $when }.
digest-alerts = That holds for alerts, too. What must ring at once needs <code>| now</code>, for example <code>/subscribe #air_alert Lviv | now</code>
digest-others =
    { $count ->
        [one] One thing that you follow already comes
       *[other] { $count } things that you follow already come
    } at another time. Shall I move { $count ->
        [one] it
       *[other] them all
    }?
digest-urgent =
    Alerts still come at once ({ $count ->
        [one] one subscription
       *[other] { $count } subscriptions
    }).
digest-moved =
    Moved { $count ->
        [one] one thing
       *[other] { $count } things
    }: { $when }. All you follow: /subscriptions

## What cannot be read

error-empty = Please say what you want to hear of: a place, a topic or a word. For example <code>/subscribe Kyiv</code>
error-unbalanced = This parenthesis has no other half:
error-unclosed-quote = This quotation mark is opened and never closed:
error-dangling-operator = This joins nothing: something is missing beside it.
error-missing-value = Something has to follow here, without a space:
error-unknown-topic = There is no such topic:
error-unknown-place = I do not know this place:
error-unknown-source = I have no source with this name:
error-link = I can’t follow a link or a channel that you send me. Tell me a place, a topic or a word instead, for example <code>/subscribe Kyiv</code>, and I’ll look for it in all my sources.
error-sources = My sources: { $sources }
error-unknown-field = There is no such property. There are level, magnitude and depth, for example <code>magnitude&gt;=4.5</code>.
error-wrong-level = The levels are green, yellow, orange and red:
error-wrong-magnitude = A magnitude is a number from 0 to 10:
error-wrong-depth = A depth is a number of kilometers from 0 to 800:
error-wrong-unit = This unit does not fit. Distances and depths are in km or mi; a magnitude has no unit.
error-wrong-distance = A distance is from 1 to { $limit } km:
error-distance-without-place = A distance goes with a place, for example <code>Kyiv +20km</code>.
error-place-without-point = This place is an area, or I don’t know exactly where it is, so I can’t measure from it. Choose a town:
error-unknown-location = I don’t know where you are. Send me your location (📎) first:
error-no-positive-term = This says only what you do not want. Please add what you do want:
error-too-common = Nearly every report says this, so you would hear of everything. Please add what it should be about:
error-too-long = This is too long: at most { $limit } Latin letters, or half as many Cyrillic ones.
error-too-many-terms = These are too many words and places: at most { $limit }.
error-too-deep = There are too many parentheses inside each other: at most { $limit }.
error-suggestion = Perhaps: <code>{ $suggestion }</code>

## Reports

digest-head =
    <b>{ $count ->
        [one] One report
       *[other] { $count } reports
    }</b>
latest-all = <b>The newest</b>
latest = The newest: { $what }
    <code>{ $written }</code>
latest-none = Nothing so far.
latest-none-here = Nothing among the reports I have looked through. You can go on to older ones.
sign-alert = alert
sign-clear = all clear
sign-warning = warning
link-source = read on

## Settings

settings = <b>Settings</b>
settings-language = Language: English
settings-full = Reports: whole
settings-short = Reports: headline and first sentence
settings-zone = Time zone: { $zone }
settings-no-zone = Time zone: UTC, until you follow a place or choose
settings-digest = What you newly follow comes: { $when }. To change that: /digest
settings-subscriptions =
    You follow { $count ->
        [0] nothing yet: /subscribe
        [one] one thing: /subscriptions
       *[other] { $count } things: /subscriptions
    }
language-choose = Which language shall I speak?
language-chosen = I speak English now.
language-unknown = I do not speak this language yet. There is: { $languages }. For example <code>/language en</code>
zone-choose = Press a zone, or write yours or your city: <code>/timezone Europe/Kyiv</code>
zone-chosen = Time zone: { $zone }. It is { $clock } there now.
zone-fixed = This time does not change in summer or winter. For a zone that does, choose a city:
zone-near = I do not know the time zone “{ $written }”. Did you mean <code>/timezone { $zone }</code>?
zone-unknown = I do not know the time zone “{ $written }”. Write a city or a zone: <code>/timezone Europe/Kyiv</code>

## Tests

drill = This is only a test, sent because somebody in this chat asked for it with /test. <b>There is no alert.</b> There is nothing to do.
drill-sound = An alert comes the same way: at once, with the sound you have set for this chat.
drill-silent = An alert comes the same way, without sound: that is how you have set it. To change that: /subscriptions
drill-short = Only a test. There is no alert.
drill-waits = The test before this one has not arrived yet. Please wait for it.
drill-nothing = The test works, but no alert would reach this chat: it follows nothing yet. To change that: /subscribe
drill-digests = The test comes at once, but an alert would not: all that this chat follows is gathered for later. To hear at once, add <code>| now</code>: /subscribe

## What is known about a chat

export =
    <b>Everything I know about this chat</b>
    To bring it back, here or in another chat: reply <code>/import</code> to { $count ->
        [one] the message below, or paste it behind the command.
       *[other] each of the { $count } messages below, or paste it behind the command.
    }
export-cut = Something you follow is too long for one message and comes in pieces. To bring that one back, send it again with /subscribe.
import-how =
    Paste what /export gave you behind the command: <code>/import</code> and then the text. Or reply <code>/import</code> to the message that holds it.
import-file = I cannot open files yet. Please open it, copy what is in it, and paste it behind <code>/import</code>
import-opml = This is a list of feeds. Which sources I watch is decided by whoever runs me, so I cannot take it. What you can do: say what you want to hear of, and I look for it in all of them: /subscribe
import-too-long = This is too long to have come from /export. Please paste its messages one by one. Nothing has changed.
import-not-ours = This is not what /export gives, so nothing has changed. That begins with <code>{ "{" }"tocsin":</code>
import-broken = Something is wrong with the text at the mark. Perhaps a part was not copied. Nothing has changed.
import-version = This was made by another version of me ({ $found }), and I read only { $version }. Nothing has changed.
import-missing = Something is missing: <code>{ $place }</code>. Nothing has changed.
import-unknown = I do not know what this means: <code>{ $place }</code>. Nothing has changed.
import-wrong = I cannot take this: <code>{ $place }</code> is <code>{ $found }</code>. Nothing has changed.
import-place = I cannot take this, so nothing has changed: <code>{ $place }</code>
import-too-many = With this the chat would follow { $count } things, and it may follow { $most }. Nothing has changed. To make room: /unsubscribe
imported =
    Brought back: the settings and { $new ->
        [0] nothing new to follow
        [one] one thing to follow
       *[other] { $new } things to follow
    }. Followed before: { $known }. To see it: /subscriptions
forget-ask =
    <b>Erase everything I know about this chat, with all its topics?</b>
    { $count ->
        [0] It follows nothing, but has its settings
        [one] That is one thing it follows, and its settings
       *[other] That is { $count } things it follows, and its settings
    }. It cannot be undone, and nothing will ring here any more.
forgotten =
    <b>Erased:</b> this chat’s number, its language, time zone and settings, { $count ->
        [0] nothing that it followed
        [one] one thing that it followed
       *[other] { $count } things that it followed
    } and { $waiting ->
        [0] no message
        [one] one message
       *[other] { $waiting } messages
    } not sent yet.
    What I have written here before stays in your Telegram. If you write to me again, we begin anew.
forget-kept = Nothing was erased.

## Buttons and short notices

button-follow = Subscribe
button-more = Read the rest
button-why = Why?
button-place-instead = { $place } instead
button-word-instead = The word “{ $word }” instead
button-all-places =
    { $count ->
        [2] Only reports that mention both
       *[other] Only reports that mention all { $count }
    }
button-any-place = Reports that mention any of the places
button-move-alerts = Move the alerts too
button-remove = ✕ { $number }
button-hush = 🔕 { $number } without sound
button-ring = 🔔 { $number } with sound
button-back = ‹ Back
button-whole-topic = All: { $topic }
button-forth = More ›
button-newer = ‹ Newer
button-older = Older ›
button-language = Language
button-short = Show headline and first sentence only
button-full = Show reports whole
button-move = Move everything
button-zone = Time zone
button-settings = ‹ Settings
button-erase = Erase everything
button-keep = Keep everything
answer-old-button = This button is too old. Please send the command again.
answer-gone = This is gone already.
answer-report-gone = This report is no longer kept.
answer-already = You follow this already.
answer-already-chosen = It is so already.
answer-changed = Changed.
answer-erased = Erased.
answer-removed = Removed.
answer-ring = With sound from now on.
answer-hush = Without sound from now on.
answer-too-many = This chat follows { $count } things, and more is not possible. Remove one first.
answer-not-administrator = Only administrators of this group can change this.
answer-failed = That failed. It is logged, and nothing was changed.

## /why

why-usage = Answer one of my messages with /why, and I say why it came. To ask why something did not come, write /why and the link or the headline.
why-came = It reached me from { $source }: { $at }.
why-arrived = You have it.
why-arrived-silent = You have it; it came without a sound.
why-silent-chat-news = It came without a sound because this chat has sound for alerts only: /settings
why-silent-chat = It came without a sound because nothing has sound in this chat: /settings
why-silent-quiet = It came without a sound because of your quiet hours: /quiet
why-silent-subscription = It came without a sound because that is how you have set this subscription: /subscriptions
why-silent-level =
    It came without a sound because your subscription has sound only { $level ->
        [1] from yellow
        [2] from orange
       *[3] from red
    }: /subscriptions
why-silent-neighbour = It came without a sound because it is about a neighbouring area.
why-silent-default =
    It came without a sound because warnings have sound { $level ->
        [0] always
        [1] from yellow
        [2] from orange
       *[3] from red
    }. To change that for a subscription: /subscribe … <code>| now, sound&gt;=yellow</code>
why-silent-unplaced = It came without a sound because I could not place it: it may be far from you.
why-waiting = It is on its way to you.
why-retried = It could not be delivered yet ({ $why }) and is tried again.
why-failed = It could not be delivered: { $why }.
why-held = It is kept for your next digest.
why-owed = It is on its way to you, or was too late to be worth a message.
why-folded = It told the same as another report ({ $source }, { $at }), so it was not sent once more.
why-not-owed = It was not sent to you.
why-missed = These alerts reached me so long after they had begun that I did not wake you for them. One message without a sound listed them all.
why-missed-came = Raised: { $raised }. Reached me: { $at }. Source: { $source }.
why-not-known = None of my sources has brought this of late. Had it come:
why-nothing-followed = You follow nothing yet: /subscribe
why-asked = { $count ->
    [one] You follow what it is about:
   *[other] You follow { $count } things it is about:
    }
why-asked-line = • { $what } — { $when }
why-asked-because = • { $what } — { $when }. It says: { $words }
why-asked-neighbour = • { $what } — { $when }. It is about a neighbouring area, and you also get alerts next door
why-distance = { $distance } km from { $place }
why-distance-here = { $distance } km from your location
why-word = “{ $word }”
why-not-asked = It is about nothing you follow now:
why-missing = • { $what }. Missing: { $missing }
why-unwanted = • { $what }. It speaks of what you leave out: { $unwanted }
## Sources, for those who run the bot

about-sources = how the sources are doing (only you see this)
sources-none = No sources are configured.
sources-head = <b>{ $count ->
        [one] One source
       *[other] { $count } sources
    }</b>{ $dead ->
        [0] , none of them dead
        [one] , one of them dead
       *[other] , { $dead } of them dead
    }
source-good = 🟢 { $name } ({ $kind })
source-shaky = 🟡 { $name } ({ $kind }): the last try failed
source-dead = 🔴 { $name } ({ $kind }): dead
source-new = ⚪ { $name } ({ $kind }): not asked yet
source-told = 🔵 { $name } ({ $kind }): is told, not asked
source-last = last good { $at }, { $span } ago
source-never = never good
source-unheard = never heard
source-took = took { $span }
source-next = next in { $span }
source-error = Failed { $count ->
        [one] once
       *[other] { $count } times in a row
    }: { $error }
source-unknown = Places it named that I do not know ({ $count }): { $places }
span-days = { $count } d
span-hours = { $count } h
span-minutes = { $count } min
span-seconds = { $count } s
page-dead = 🔌 <b>A source is dead:</b> { $name } ({ $last }). { $error }
page-back = 🔌 <b>A source is back:</b> { $name }, { $span } after you were told.
## Quiet hours, pauses, and digests

about-quiet = Hours in which news waits
about-pause = Nothing but alerts for a while
about-resume = End the pause
usage-quiet = [22:00-07:00 | off]
usage-pause = [2h]
quiet-none = No quiet hours. Press some, or write yours: <code>/quiet 22:00-07:00</code>
quiet-hours = <b>Quiet hours:</b> every day { $begin }–{ $end } ({ $zone })
quiet-on = It is quiet now, until { $until }.
quiet-ends = The quiet is over. If anything has waited, it comes in a moment.
quiet-news = News waits. When the quiet is over, you get one message with what is still true by then.
quiet-alerts-ring = Alerts ring as always.
quiet-alerts-silent = Alerts come at once, but without sound.
quiet-alerts-held = <b>Alerts wait, too: nothing rings.</b>
quiet-alerts-later =
    Alerts come with sound. During a pause { $waits ->
        [0] they come without sound.
       *[other] they wait.
    }
quiet-held-so-far = What has waited so far still comes when the quiet is over.
quiet-unknown =
    I do not understand the hours “{ $written }”. You can write:
    <code>/quiet 22:00-07:00</code>
    <code>/quiet off</code>
    Hours go from 00:00 to 23:59.
quiet-no-length = Quiet hours need a beginning and another end, for example <code>/quiet 22:00-07:00</code>. For a while from now on: <code>/pause 8h</code>
quiet-summary = <b>While it was quiet:</b> { $what }
quiet-alerts-over =
    { $count ->
        [one] one alert, over by now
       *[other] { $count } alerts, all over
    }
quiet-alerts-on =
    { $count ->
        [one] one alert
       *[other] { $count } alerts
    }; no all-clear so far: { $places }
quiet-reports =
    { $count ->
        [one] one report
       *[other] { $count } reports
    }
paused = <b>Paused until { $until }.</b>
paused-news = News waits, and comes in one message when the pause is over.
paused-longer = Your quiet hours follow: it stays quiet until { $until }.
paused-change = To end it: /resume. What alerts do meanwhile: /quiet
pause-unknown =
    I do not understand how long “{ $written }” is. You can write:
    <code>/pause 30m</code>
    <code>/pause 2h</code>
    <code>/pause 1d</code>
    <code>/pause until 07:00</code>
pause-too-long = That is long. I can pause for { $days } days at most.
resumed = The pause is over.
resume-nothing = Nothing is paused.
resume-hours = These are your quiet hours. To change them: /quiet
settings-quiet = Quiet hours: { $begin }–{ $end }
settings-no-quiet = Quiet hours: none
digest-nothing = Nothing new since the last time.
digest-nothing-told = When there is nothing new, I say so.
digest-nothing-untold = When there is nothing new, nothing comes.
digest-more =
    … and { $count ->
        [one] one older report
       *[other] { $count } older reports
    }: /latest
digest-untitled = Other
button-alerts-ring = 🔔 Alerts ring
button-alerts-silent = 🔕 Alerts without sound
button-alerts-held = Alerts wait
button-quiet-off = No quiet hours
button-quiet = Quiet hours
button-digest = When news comes
button-nothing-told = Tell me also when there is nothing new
button-nothing-untold = Do not tell me when there is nothing new
button-minutes = { $count } min
button-hours = { $count } h
button-resume = End the pause
# What people may type, with commas between.
read-off = off, none, no
read-from = from, between
read-to = to, till, until, and, through
read-command-pause = pause, mute
read-command-quiet = quiet, quiet hours
read-command-digest = digest, digests
read-minutes = m, min, mins, minute, minutes, a minute
read-hours = h, hr, hrs, hour, hours, an hour
read-half-hours = half an hour, half hour, a half hour; an hour and a half, one and a half hours
read-weeks = w, wk, week, weeks, a week
read-for = for, for the next
read-days = d, day, days, a day
read-am = am, a.m., in the morning
read-pm = pm, p.m., in the afternoon, in the evening

## /stats

stats-people = <b>People</b>: { $count }, and { $suspended } who are not reached now
stats-languages = Languages: { $languages }
stats-subscriptions = <b>Subscriptions</b>: { $count }
stats-places = Places followed most: { $places }
stats-reports = <b>Reports</b>: { $hour } in the last hour, { $day } in the last day
stats-nothing-waits = <b>Nothing waits</b> to be sent.
stats-waits = <b>On their way</b>: { $count ->
    [one] one report to many
   *[other] { $count } reports to many
    }, the oldest since { $since }
stats-announcements = <b>Announcements on their way</b>: { $count }
stats-lanes = Single messages: { $lanes }
stats-failed = Given up: { $count }. See /failed
lane-reply = answers
lane-alert = alerts
lane-news = news
lane-edit = changes
lane-digest = digests
lane-announcement = announcements
## A topic that cannot be written to

topic-lost = <b>For the administrators:</b> I cannot write to a topic of this group: it is closed or gone. What was meant for it comes here instead. Open it again, and I write there again.

## /failed

about-failed = what could not be delivered, and why (only you see this)
failed-none = Nothing was given up.
failed-head = <b>{ $count ->
        [one] One message was given up
       *[other] { $count } messages were given up
    }</b>, the newest first. A button tries again.
failed-entry = { $at }. { $when }, { $lane }, chat <code>{ $chat }</code>
    { $said }
    { $why }
failed-again = { $count ->
        [one] One is tried again.
       *[other] { $count } are tried again.
    }
button-again-all = ↻ All { $count }
too-fast = You are faster than I can answer, so <b>I have not done this</b>. Please wait a few seconds between messages, and send it again.
answer-too-fast = Slower, please. Nothing was changed: press again in a few seconds.
## Alerts

about-alerts = Which alerts are on now
usage-alerts = [PLACE]
incident-air-raid = Air raid alert
incident-shelling = Threat of shelling
incident-fights = Threat of street fighting
incident-chemical = Chemical threat
incident-radiation = Radiation threat
incident-weather = Weather warning
incident-quake = Earthquake warning
incident-other = Alert
incident-over = No longer in force. { $what }: { $place }
incident-issued = Issued: { $at }
incident-until = In force until: { $until }
incident-level-red = Level: red
incident-level-orange = Level: orange
incident-level-yellow = Level: yellow
incident-threats = { $count ->
        [1] Threat
       *[other] Threats
    }: { $threats }
incident-since = On since { $since }
incident-warned = A warning since { $since }: it has not begun yet
incident-lasted = It lasted { $lasted }: { $since } – { $until }
incident-applied = In force for { $lasted }: { $since } – { $until }
incident-confirmed = confirmed by { $sources }
incident-unknown = Since { $since } nobody can tell me whether it is still on. That is no all-clear.
incident-known-last = What was known last:
incident-known-again = My sources answer again, and the alert is still on.
incident-late = reached you after { $late }
missed-head = <b>What I could not tell you in time</b>
alerts-head = <b>On now</b>
alerts-in = <b>On now in { $place }</b>
alerts-none = I know of no alert that is on.
alerts-none-in = I know of no alert that is on in { $place }.
alerts-unwatched = <b>I cannot tell whether an alert is on:</b> none of my sources has reported on alerts of late. This is no all-clear.
alerts-stale = <b>I cannot tell whether an alert is on.</b> My sources have not answered since { $at }: there may be one.
alerts-fresh = Checked { $span } ago.
alerts-more =
    { $count ->
        [one] And one more.
       *[other] And { $count } more.
    }
alerts-near = I do not know a place “{ $written }”. Did you mean one of these?
alerts-no-place = I do not know a place “{ $written }”. For example: <code>/alerts Kyiv</code>
alerts-others = If you meant another place:
moment-seconds = { $seconds } s
moment-length =
    { $hours ->
        [0] { $minutes } min
       *[other] { $hours } h { $minutes } min
    }
settings-changes-graver = While an alert is on, I ring again when it gets worse
settings-changes-all = While an alert is on, I ring at every change
settings-changes-none = I ring when an alert begins and when it ends, not in between
button-all-clear = All clear. { $what }: { $place }
button-changes-graver = Ring again when an alert gets worse
button-changes-all = Ring at every change of an alert
button-changes-none = Ring at an alert’s start and end only
## Groups, channels, announcements

group-greeting = Hello! I ring here for what this group asks for. An administrator chooses, for example: <code>/subscribe Kyiv</code>. All commands: /help
about-channel = Set up a channel from here
usage-channel = [NAME COMMAND]
channel-added = I can post in <b>{ $title }</b> now.
channel-how = To choose what it posts, from here: <code>/channel { $name } /subscribe Kyiv</code>. Every other command goes behind the name in the same way, and the answer comes here.
channel-list = <b>Channels you can set up</b>
channel-none = I post in no channel that you administer. Make me an administrator of yours, with the right to post: then I write to you here.
channel-unknown = I post in no channel “{ $name }” that you administer. Those I know of: /channel
button-channel = Settings of the channel
answer-not-your-channel = Only administrators of this channel can set it up.
answer-read-in-private = What I post here is for all readers. Write to me in private to read on.
settings-channel = One post serves all readers of this channel: language, time zone and quiet hours are the same for all
settings-sound-everything = Sound: for alerts and reports
settings-sound-alerts = Sound: for alerts only; reports come without sound
settings-sound-nothing = Sound: none; everything comes without sound
button-sound-everything = 🔔 Sound for everything
button-sound-alerts = 🚨 Sound for alerts only
button-sound-nothing = 🔕 No sound at all
subscribed-sound =
    { $level ->
        [-1] It comes without sound.
        [0] It always comes with sound.
        [1] It has sound from level yellow; anything less severe comes silently.
        [2] It has sound from level orange; anything less severe comes silently.
       *[3] It has sound from level red; anything less severe comes silently.
    }
subscribed-neighbours = Alerts in neighbouring areas come too, without sound.
subscribed-no-neighbours = I left out the neighbours: I know them only for places in Ukraine and counties and states of the US, and only for what comes at once.
subscribed-choose-when = When should it come?
subscribed-choose-sound = When should it have sound?
button-when = 🕘 When
button-sound = 🔔 Sound
button-back-to-subscription = ‹ Back
button-sound-default = 🔔 As usual: warnings from { $level ->
        [0] green
        [1] yellow
        [2] orange
       *[3] red
    }
button-sound-always = 🔊 Always
button-sound-from-orange = 🟠 From orange
button-sound-from-red = 🔴 From red
button-sound-silent = 🔕 Without sound
button-neighbours-on = ➕ Alerts next door, without sound
button-neighbours-off = ➖ No alerts next door
drill-soundless = In this chat it comes without sound: nothing has sound here. To change that: /settings
about-announce = Tell everybody something
usage-announce = TEXT
announce-usage = Write what everybody is to read behind the command: <code>/announce TEXT</code>. You will see it first.
announce-too-long = This is too long for one message. Nothing was sent.
announce-preview = <b>So it will look. Nothing is sent yet.</b>
announce-cancelled = Nothing was sent.
announce-under-way = <b>On its way: { $arrived } of { $count } have it.</b>
announce-stopped = <b>Stopped: { $arrived } of { $count } have it.</b>
announce-done = <b>Done: { $arrived } of { $count } have it.</b>
announcement-from = from those who run this bot
why-announcement = Those who run this bot sent this to everybody.
button-announce =
    { $count ->
        [one] Send to one chat
       *[other] Send to { $count } chats
    }
button-cancel = Cancel
button-refresh = ↻ Look again
button-stop = ■ Stop
answer-announce-stopped = Stopped. Nobody else gets it.
answer-announce-over = There was nothing left to stop.

## Saved places

locate-kept = To keep this place under a name, tap “Save as …”. For a day, <code>here +50km</code> means this location; I round it to 1 km first.
button-save-place = 📍 Save as …
about-places = Your places, such as Home
usage-places = [NAME = PLACE +10km]
places =
    <b>{ $count ->
        [one] One saved place
       *[other] { $count } saved places
    }</b>
places-none = You have no saved places yet.
places-line =
    📍 <b>{ $name }</b>: { $where }, { $distance } km around{ $count ->
        [0] {""}
        [one] {""} · one subscription
       *[other] {""} · { $count } subscriptions
    }
places-how =
    <code>/places Mum = Kyiv +10km</code> saves a place or moves it
    <code>/places Mum +20km</code> changes its radius
    <code>/places remove Mum</code> removes it
    Or send me a location (📎) and tap “Save as …”. I keep places rounded to 1 km.
place-saved = ✅ Saved: <b>{ $name }</b> — { $where }, { $distance } km around.
place-moved = ✅ Changed: <b>{ $name }</b> — { $where }, { $distance } km around.
place-followers =
    { $count ->
        [one] This subscription follows along:
       *[other] These { $count } subscriptions follow along:
    }
place-use = Use the name like any place: <code>/subscribe { $name }</code>, <code>/alerts { $name }</code>, <code>/latest { $name }</code>. An alert for a larger area around it counts as well.
place-name-no-letter = A name needs at least one letter, for example <code>/places Mum = Kyiv</code>
place-name-too-long = This name is too long: at most { $limit } characters.
place-name-reserved = “{ $name }” already means something else to me, so it can’t be the name of a place. Please choose another name, for example <code>Mum</code>
place-not-one = I need one town for <b>{ $name }</b>, for example <code>/places { $name } = Kyiv +10km</code>
place-send-location = Or send me its location (📎) and tap “Save as …”.
place-too-many = A chat can have { $limit } saved places, no more. Nothing has changed. To make room: /places
place-unknown = You have no saved place “{ $name }”. All of them: /places
place-usage = I don’t understand this. For example: <code>/places Mum = Kyiv +10km</code>, <code>/places Mum +20km</code>, <code>/places remove Mum</code>. All your places: /places
place-removed = Removed: <b>{ $name }</b>.
place-removed-with =
    Removed: <b>{ $name }</b> and { $count ->
        [one] one subscription
       *[other] { $count } subscriptions
    }.
place-in-use =
    <b>{ $name }</b> is used in { $count ->
        [one] one subscription
       *[other] { $count } subscriptions
    }, which would be removed too:
button-remove-place = ✕ { $name }
button-remove-place-with =
    { $count ->
        [one] Remove with the subscription
       *[other] Remove with { $count } subscriptions
    }
button-keep-place = Keep
place-ask-name = What should I call this place? Send me a name, for example <code>Mum</code>. I’ll wait for { $minutes } minutes.
distance =
    📍 { $distance } km { $direction ->
        [0] north
        [1] north-east
        [2] east
        [3] south-east
        [4] south
        [5] south-west
        [6] west
       *[other] north-west
    } of { $place }
distance-here =
    📍 { $distance } km { $direction ->
        [0] north
        [1] north-east
        [2] east
        [3] south-east
        [4] south
        [5] south-west
        [6] west
       *[other] north-west
    } of your location
distance-at = 📍 Right at { $place }
distance-at-here = 📍 Right at your location
place-not-saved = Not saved. To save a place, send me its location (📎).
alerts-within = <b>On now { $circle }</b>
alerts-none-near = I know of no alert that is on { $circle }.
read-remove = remove delete

## Try a subscription

button-try = Try this
button-try-subscription = 🧮 Try
button-try-again = 🔄 Try again
button-try-topic = ➕ { $topic }
answer-try-busy = I’m counting for somebody else. Please try again in a few seconds.
try-usage = Type what you’d like to subscribe to, for example <code>/try Kyiv</code>. I’ll count what it would have brought you so far, without sending it.
try-head = If you had subscribed: { $what }
try-written = <code>{ $written }</code>
try-count =
    <b>Messages in the last { $days ->
        [one] day
       *[other] { $days } days
    }: { $count }</b>
    🔔 With sound: { $sound }
    🌙 At night, 22:00–07:00: { $night }
try-digest =
    <b>Reports in the last { $days ->
        [one] day
       *[other] { $days } days
    }: { $count }</b>
    All of them in a digest, { $when }
try-none =
    <b>Messages in the last { $days ->
        [one] day
       *[other] { $days } days
    }: none</b>
try-no-reports = I have no reports yet, so there is nothing to count.
try-limit = I counted from { $since } on; there are older reports.
try-many = Too many? Add a topic with the button below.
try-newest = Latest:
