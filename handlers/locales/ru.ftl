# Русский. Ключи, которые начинаются на about-, answer-, button-, link-, moment-, read-, when-,
# показываются без разметки; остальные могут содержать HTML Телеграма.

## Приветствие и справка

start =
    <b>Tocsin</b> сообщает о том, что для вас важно: воздушные тревоги и новости по выбранным местам, темам и словам.
start-where = Где? Выберите место, напишите его название или пришлите геопозицию (📎).
start-what = <b>{ $place }</b>: о чём сообщать?
button-oblasts = Области
button-cities = ◂ Города
button-alerts = 🔴 Воздушные тревоги
button-important = ❗ Важное
button-everything = 📰 Всё
start-newest = Самое свежее сообщение:
start-nothing-yet = Новостей об этом пока нет.
start-test = Посмотреть, как до вас дойдёт тревога: /test
start-again =
    С возвращением. Подписок у вас: { $count }. Посмотреть: /subscriptions
    Все команды: /help
start-confirm = Ссылка предлагает подписку: { $what }.
start-bad-link = Ссылка повреждена, поэтому ничего не изменилось. Напишите сами, о чём сообщать, например, <code>/subscribe Киев</code>
locate = Вы здесь или рядом: { $places }. Чтобы получать сообщения, выберите место:
locate-nowhere = Городов поблизости я не знаю. Можно написать название.
examples =
    <code>/subscribe Киев</code> — всё о месте
    <code>/subscribe #air_alert Львов</code> — воздушные тревоги там
    <code>/subscribe поезд Херсон</code> — то и другое вместе
    <code>/subscribe дрон ИЛИ ракета</code> — хотя бы одно из двух
    <code>/subscribe Одесса -футбол</code> — но без этого слова
    <code>/subscribe Польша | ежедневно 09:00</code> — одним сообщением в день
help = <b>Команды</b>
unknown = Такой команды я не знаю. Все команды: /help
unknown-near = Такой команды я не знаю. Возможно, /{ $command }? Все команды: /help
id-person = Ваш номер: <code>{ $id }</code>
id-chat = Номер этого чата: <code>{ $id }</code>
privacy =
    <b>Что хранится</b>
    Номер этого чата в Телеграме, его язык, часовой пояс и настройки, его подписки и то, какие каналы настраиваются отсюда. То, что вы мне пишете, стирается, как только я отвечу.

    <b>Что не хранится</b>
    Ваше имя, номер телефона, контакты.

    <b>Места</b>
    Места, которые вы сохранили через /places, округлённые до 1 км, пока вы их не удалите. Последняя геопозиция, которую вы мне прислали, округлённая до 1 км, — одни сутки: это и значит <code>здесь</code>.

    Никому ничего не передаётся. /unsubscribe стирает подписки, от которых вы отказались, /forget — всё; /export показывает всё это. Если вы меня заблокируете, я больше ничего не пришлю.
failed = Не получилось. Ошибка записана в журнал, ничего не изменилось. Попробуйте, пожалуйста, ещё раз.
not-administrator = Подписки этой группы могут менять только её администраторы. Мне можно написать и лично.

about-bot = Сообщает о том, что для вас важно: воздушные тревоги и новости по выбранным местам, темам и словам. Нажмите «Начать»: хватит трёх касаний.
about-bot-short = Воздушные тревоги и новости по выбранным местам, темам и словам.
about-start = Что это такое
about-subscribe = Подписаться на место, тему или слово
about-topics = Темы, на которые можно подписаться
about-subscriptions = Ваши подписки
about-unsubscribe = Отписаться
about-latest = Последние сообщения
about-try = Что пришло бы по подписке
about-digest = Когда сообщать: сразу или подборкой
about-why = Почему сообщение пришло или не пришло
about-stats = Кто слушает и сколько ещё в пути
about-settings = Язык, часовой пояс, длина сообщений
about-language = Выбрать язык
about-timezone = Выбрать часовой пояс
about-id = Ваш номер в Телеграме
about-test = Проверить, как до вас дойдёт тревога
about-export = Всё, что известно об этом чате, чтобы сохранить
about-import = Вернуть то, что дал /export
about-forget = Стереть всё, что известно об этом чате
about-privacy = Что о вас хранится
about-help = Все команды
usage-subscribe = ЧТО [| КОГДА]
usage-unsubscribe = [НОМЕР]
usage-latest = [ЧТО] [СКОЛЬКО]
usage-try = ЧТО [| КОГДА]
usage-why = [ССЫЛКА ИЛИ ТЕКСТ]
usage-import = ТЕКСТ
usage-digest = [КОГДА]
usage-language = [КОД]
usage-timezone = [ПОЯС]

## Подписки

subscribed = Буду сообщать сразу: { $what }.
subscribed-digest = Буду сообщать: { $what } — одной подборкой, { $when }.
subscribed-ambiguous = Если вы имели в виду другое, нажмите:
subscribed-guessed = Места с таким названием нет. Если вы имели в виду одно из этих, нажмите:
subscribe-ask = Вы имели в виду <b>{ $guess }</b>? Места с названием «{ $written }» я не знаю. Подписка появится, когда вы выберете.
subscribe-ask-layout = Вы имели в виду <b>{ $guess }</b>? Похоже, «{ $written }» набрано в другой раскладке клавиатуры. Подписка появится, когда вы выберете.
subscribe-ask-part = «{ $written }» — это часть города <b>{ $guess }</b>, а тревогу объявляют для всего города. Подписаться на город? Подписка появится, когда вы выберете.
subscribe-undone = Подписка отменена: { $what }.
subscribed-places =
    { $count ->
        [1] Сюда входят сообщения, где упомянуто { $places } или место внутри, и тревоги для большей территории вокруг.
       *[other] Сюда входят сообщения, где упомянуто { $places } или место внутри одного из них, и тревоги для большей территории вокруг.
    }
subscribed-words = Слово учитывается в любой форме, но не как часть другого слова.
query-any-alert = любая тревога
button-undo = ↩️ Отменить
button-word-typed = Слово «{ $word }»
subscribed-no-level = ⚠️ Ни один из моих источников обычно не указывает уровень, поэтому совпадений может не быть. Источники, которые указывают: { $kinds }.
subscribed-no-magnitude = ⚠️ Ни один из моих источников обычно не указывает магнитуду, поэтому совпадений может не быть. Источники, которые указывают: { $kinds }.
subscribed-no-depth = ⚠️ Ни один из моих источников обычно не указывает глубину, поэтому совпадений может не быть. Источники, которые указывают: { $kinds }.
topics = <b>Темы.</b> Тема включает все, что под ней. Нажмите, чтобы подписаться, или добавьте место: <code>/subscribe #drone Киев</code>
topics-children = Нажмите, чтобы подписаться на тему для всех мест.
subscribe-already = Такая подписка уже есть: { $what } — { $when }. Все подписки: /subscriptions
subscribe-one-command = Одно сообщение — одна команда, поэтому ничего не изменилось. Отправьте команды, пожалуйста, по очереди.
subscribe-too-many =
    У этого чата уже { $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[many] { $count } подписок
    }, больше нельзя. Сначала уберите какую-нибудь: /unsubscribe
unsubscribed = Подписка снята: { $what }.
unsubscribe-no-such =
    Такого номера нет: у вас { $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[many] { $count } подписок
    }. Смотрите /subscriptions
subscriptions =
    <b>У вас { $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[many] { $count } подписок
    }</b>
subscriptions-none = Подписок ещё нет. Например:
subscription = { $what } — { $when }
subscription-silent = без звука
subscription-sound-from =
    со звуком { $level ->
        [0] всегда
        [1] от жёлтого уровня
        [2] от оранжевого уровня
       *[3] от красного уровня
    }
subscription-neighbours = и без звука тревоги рядом
zone-of-place = Время — по поясу { $zone }, как у первого места из ваших подписок. Изменить: /timezone
zone-is-utc = Время — по UTC: ваш часовой пояс мне неизвестен. Выбрать: /timezone

## Как это понято

query-everything = всё о месте { $places }
query-word = { $word } (в любой форме)
query-phrase = «{ $words }» (в любой форме)
query-source = из источника { $source }
query-level-least = уровень { $level } или выше
query-level-most = уровень { $level } или ниже
query-level-only = уровень { $level }
query-magnitude-least = магнитуда от { $value }
query-magnitude-most = магнитуда до { $value }
query-magnitude-only = магнитуда { $value }
query-depth-least = глубина от { $value } км
query-depth-most = глубина до { $value } км
query-depth-only = глубина { $value } км
query-near = { $place } и { $distance } км вокруг
query-near-here = ваша геопозиция и { $distance } км вокруг
query-everything-near = всё в этих пределах: { $places }
query-in-near = { $what } в этих пределах: { $places }
query-saved-place = сохранённое место
level-green = зелёный
level-yellow = жёлтый
level-orange = оранжевый
level-red = красный
query-not = не { $what }
query-or = или
query-and = и
query-in = { $what }, место: { $places }
query-together = { $places } (только сообщения, где упомянуты { $count ->
        [2] оба места
       *[other] все эти места
    })
query-without = { $what }, но без: { $without }

## Когда

when-now = сразу
when-hourly = каждый час
when-daily = каждый день в { $at } ({ $zone })
when-weekly =
    по { $day ->
        [0] понедельникам
        [1] вторникам
        [2] средам
        [3] четвергам
        [4] пятницам
        [5] субботам
       *[6] воскресеньям
    } в { $at } ({ $zone })
when-days = { $days } в { $at } ({ $zone })
weekdays-short = пн; вт; ср; чт; пт; сб; вс
schedule-unknown =
    Не понимаю, когда это: «{ $written }». Можно написать:
    <code>| сейчас</code>
    <code>| ежечасно</code>
    <code>| ежедневно 09:00</code>
    <code>| еженедельно пн 09:00</code>
    <code>| пн-пт 09:00</code>
    Часы — от 00:00 до 23:59.
    После запятой можно добавить <code>без звука</code>, <code>звук&gt;=красный</code> или <code>соседи</code>.
# Что можно писать: через запятую; дни через точку с запятой, от понедельника до воскресенья.
read-now = сейчас, сразу, немедленно
read-hourly = ежечасно, каждый час, раз в час
read-daily = ежедневно, каждый день, раз в день
read-weekly = еженедельно, каждую неделю, раз в неделю
read-filler = в, во, на, по, каждый, каждую, каждое
read-and = и
read-weekdays = пн, понедельник, понедельника, понедельникам; вт, вторник, вторника, вторникам; ср, среда, среду, среды, средам; чт, четверг, четверга, четвергам; пт, пятница, пятницу, пятницы, пятницам; сб, суббота, субботу, субботы, субботам; вс, воскресенье, воскресенья, воскресеньям
read-workdays = будни, в будни, по будням
read-weekends = выходные, в выходные, на выходных, по выходным
read-silently = без звука, беззвучно, тихо
read-with-sound = со звуком
read-sound = звук, со звуком
read-neighbours = с соседями, соседи, соседние
moment-day =
    { $day } { $month ->
        [1] янв.
        [2] февр.
        [3] марта
        [4] апр.
        [5] мая
        [6] июня
        [7] июля
        [8] авг.
        [9] сент.
        [10] окт.
        [11] нояб.
       *[12] дек.
    }, { $clock }
moment-year =
    { $day } { $month ->
        [1] янв.
        [2] февр.
        [3] марта
        [4] апр.
        [5] мая
        [6] июня
        [7] июля
        [8] авг.
        [9] сент.
        [10] окт.
        [11] нояб.
       *[12] дек.
    } { $year }, { $clock }

digest = По новым подпискам сообщаю: { $when }. Выберите другое время или напишите его: <code>/digest ежедневно 09:00</code>
digest-chosen = Теперь по новым подпискам сообщаю: { $when }.
digest-alerts = Тревог это тоже касается. Чтобы о чём-то узнавать сразу, добавьте <code>| сейчас</code>, например, <code>/subscribe #air_alert Львов | сейчас</code>
digest-others =
    { $count ->
        [one] У { $count } вашей подписки
       *[other] У { $count } ваших подписок
    } другое время. Перенести { $count ->
        [1] её
       *[other] их все
    }?
digest-urgent =
    О тревогах по-прежнему сообщаю сразу ({ $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[other] { $count } подписок
    }).
digest-moved =
    { $count ->
        [one] Перенесена { $count } подписка
        [few] Перенесено { $count } подписки
       *[many] Перенесено { $count } подписок
    }: { $when }. Все подписки: /subscriptions

## Что не удалось прочитать

error-empty = Напишите, о чём сообщать: место, тему или слово. Например, <code>/subscribe Киев</code>
error-unbalanced = У этой скобки нет пары:
error-unclosed-quote = Эти кавычки открыты, но не закрыты:
error-dangling-operator = Здесь нечего соединять: рядом чего-то не хватает.
error-missing-value = После этого, без пробела, чего-то не хватает:
error-unknown-topic = Такой темы нет:
error-unknown-place = Такого места я не знаю:
error-unknown-source = Источника с таким названием у меня нет:
error-link = Следить за присланной ссылкой или каналом я не могу. Вместо этого назовите место, тему или слово, например <code>/subscribe Киев</code>: я буду искать это во всех своих источниках.
error-sources = Мои источники: { $sources }
error-unknown-field = Такого свойства нет. Есть уровень, магнитуда и глубина, например <code>магнитуда&gt;=4,5</code>.
error-wrong-level = Уровни — зелёный, жёлтый, оранжевый и красный:
error-wrong-magnitude = Магнитуда — это число от 0 до 10:
error-wrong-depth = Глубина — это число километров от 0 до 800:
error-wrong-unit = Эта единица не подходит. Расстояние и глубина — в км или mi, магнитуда — без единиц.
error-wrong-distance = Расстояние может быть от 1 до { $limit } км:
error-distance-without-place = К расстоянию нужно место, например <code>Киев +20км</code>.
error-place-without-point = Это целая территория, или я не знаю, где именно это место, поэтому не могу отмерить расстояние. Выберите город:
error-unknown-location = Я не знаю, где вы. Сначала пришлите геопозицию (📎):
error-no-positive-term = Здесь сказано только, чего вы не хотите. Добавьте, пожалуйста, чего хотите:
error-too-common = Это есть почти в каждом сообщении, и приходили бы все подряд. Добавьте, пожалуйста, о чём должна идти речь:
error-too-long = Слишком длинно: не больше { $limit } латинских букв или вдвое меньше кириллических.
error-too-many-terms = Слишком много слов и мест: допустимое число — { $limit }.
error-too-deep = Слишком много скобок одна в другой: допустимое число — { $limit }.
error-suggestion = Возможно, так: <code>{ $suggestion }</code>

## Сообщения

digest-head =
    <b>{ $count ->
        [one] { $count } сообщение
        [few] { $count } сообщения
       *[many] { $count } сообщений
    }</b>
latest-all = <b>Последние сообщения</b>
latest = Последние сообщения: { $what }
    <code>{ $written }</code>
latest-none = Пока ничего.
latest-none-here = Среди просмотренных сообщений ничего нет. Можно искать дальше, среди более ранних.
sign-alert = тревога
sign-clear = отбой
sign-warning = предупреждение
link-source = читать дальше

## Настройки

settings = <b>Настройки</b>
settings-language = Язык: русский
settings-full = Сообщения: целиком
settings-short = Сообщения: заголовок и первое предложение
settings-zone = Часовой пояс: { $zone }
settings-no-zone = Часовой пояс: UTC, пока вы не подпишетесь на место или не выберете пояс
settings-digest = По новым подпискам сообщаю: { $when }. Изменить: /digest
settings-subscriptions =
    { $count ->
        [0] Подписок ещё нет: /subscribe
       *[other] Подписок: { $count }. Посмотреть: /subscriptions
    }
language-choose = На каком языке мне говорить?
language-chosen = Теперь я говорю по-русски.
language-unknown = Этого языка я ещё не знаю. Есть такие: { $languages }. Например, <code>/language ru</code>
zone-choose = Выберите пояс или напишите свой пояс или город: <code>/timezone Киев</code>
zone-chosen = Часовой пояс: { $zone }. Там сейчас { $clock }.
zone-fixed = Это время не переходит на летнее и зимнее. Если у вас переходит, выберите город:
zone-near = Часового пояса «{ $written }» я не знаю. Возможно, <code>/timezone { $zone }</code>?
zone-unknown = Часового пояса «{ $written }» я не знаю. Напишите город или пояс: <code>/timezone Киев</code>

## Проверки

drill = Это только проверка: кто-то в этом чате попросил о ней командой /test. <b>Тревоги нет.</b> Делать ничего не нужно.
drill-sound = Тревога приходит так же: сразу и со звуком, который вы настроили для этого чата.
drill-silent = Тревога приходит так же, без звука, как вы и настроили. Изменить: /subscriptions
drill-short = Только проверка. Тревоги нет.
drill-waits = Предыдущая проверка ещё не пришла. Подождите её, пожалуйста.
drill-nothing = Проверка работает, но ни одна тревога до этого чата не дошла бы: подписок ещё нет. Подписаться: /subscribe
drill-digests = Проверка приходит сразу, а тревога — нет: по всем подпискам этого чата сообщения приходят подборкой. Чтобы узнавать сразу, добавьте <code>| сейчас</code>: /subscribe

## Что известно о чате

export =
    <b>Всё, что я знаю об этом чате</b>
    Чтобы вернуть это, здесь или в другом чате, ответьте <code>/import</code> { $count ->
        [1] на сообщение ниже или вставьте его после команды.
       *[other] на каждое из сообщений ниже или вставьте их после команды по одному. Сообщений: { $count }.
    }
export-cut = Одна из подписок слишком длинна для одного сообщения и приходит частями. Чтобы вернуть её, отправьте её ещё раз командой /subscribe.
import-how =
    Вставьте то, что дал /export, после команды: <code>/import</code>, а дальше текст. Или ответьте <code>/import</code> на сообщение с ним.
import-file = Файлов я пока не открываю. Откройте его, пожалуйста, скопируйте содержимое и вставьте после <code>/import</code>
import-opml = Это список лент. Источники выбирает тот, кто ведёт бота, поэтому принять его я не могу. Лучше напишите, о чём сообщать, и я буду искать это во всех источниках: /subscribe
import-too-long = Для /export это слишком длинно. Вставляйте, пожалуйста, его сообщения по одному. Ничего не изменилось.
import-not-ours = Это не то, что даёт /export, поэтому ничего не изменилось. Оно начинается с <code>{ "{" }"tocsin":</code>
import-broken = В отмеченном месте с текстом что-то не так. Возможно, скопировано не всё. Ничего не изменилось.
import-version = Это создала другая моя версия ({ $found }), а я читаю только { $version }. Ничего не изменилось.
import-missing = Чего-то не хватает: <code>{ $place }</code>. Ничего не изменилось.
import-unknown = Я не знаю, что это значит: <code>{ $place }</code>. Ничего не изменилось.
import-wrong = Этого я принять не могу: <code>{ $place }</code> — это <code>{ $found }</code>. Ничего не изменилось.
import-place = Этого я принять не могу, поэтому ничего не изменилось: <code>{ $place }</code>
import-too-many = С этим подписок у чата стало бы { $count }, а можно не больше { $most }. Ничего не изменилось. Освободить место: /unsubscribe
imported =
    Настройки возвращены. Новых подписок: { $new }. Уже было: { $known }.
    Посмотреть: /subscriptions
forget-ask =
    <b>Стереть всё, что я знаю об этом чате, со всеми его темами?</b>
    { $count ->
        [0] Подписок нет, но есть настройки
        [one] Это { $count } подписка и настройки
        [few] Это { $count } подписки и настройки
       *[many] Это { $count } подписок и настройки
    }. Вернуть их нельзя, и сюда больше ничего не придёт.
forgotten =
    <b>Стёрто:</b> номер этого чата, его язык, часовой пояс и настройки. Подписок: { $count }. Неотправленных сообщений: { $waiting }.
    То, что я писал здесь раньше, остаётся в вашем Телеграме. Если напишете мне снова, начнём сначала.
forget-kept = Ничего не стёрто.

## Кнопки и короткие уведомления

button-follow = Подписаться
button-more = Читать дальше
button-why = Почему?
button-place-instead = Другое: { $place }
button-word-instead = Другое: слово «{ $word }»
button-all-places =
    { $count ->
        [2] Только сообщения, где есть оба
       *[other] Только сообщения, где есть все ({ $count })
    }
button-any-place = Сообщения о любом из мест
button-move-alerts = Перенести и тревоги
button-remove = ✕ { $number }
button-hush = 🔕 { $number } без звука
button-ring = 🔔 { $number } со звуком
button-back = ‹ Назад
button-whole-topic = Всё: { $topic }
button-forth = Дальше ›
button-newer = ‹ Новее
button-older = Раньше ›
button-language = Язык
button-short = Показывать только заголовок и первое предложение
button-full = Показывать сообщения целиком
button-move = Перенести всё
button-zone = Часовой пояс
button-settings = ‹ Настройки
button-erase = Стереть всё
button-keep = Оставить всё
answer-old-button = Эта кнопка уже устарела. Отправьте, пожалуйста, команду ещё раз.
answer-gone = Этого уже нет.
answer-report-gone = Это сообщение уже не хранится.
answer-already = Такая подписка уже есть.
answer-already-chosen = Так уже и есть.
answer-changed = Изменено.
answer-erased = Стёрто.
answer-removed = Убрано.
answer-ring = Теперь со звуком.
answer-hush = Теперь без звука.
answer-too-many =
    У этого чата уже { $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[many] { $count } подписок
    }, больше нельзя. Сначала уберите какую-нибудь.
answer-not-administrator = Менять это могут только администраторы группы.
answer-failed = Не получилось. Ошибка записана в журнал, ничего не изменилось.

## /why

why-usage = Ответьте /why на моё сообщение, и я скажу, почему оно пришло. Чтобы узнать, почему что-то не пришло, напишите /why и ссылку или заголовок.
why-came = Поступило ко мне: { $at }, источник: { $source }.
why-arrived = Вы это получили.
why-arrived-silent = Вы это получили, без звука.
why-silent-chat-news = Пришло без звука, потому что в этом чате звук есть только у тревог: /settings
why-silent-chat = Пришло без звука, потому что в этом чате всё без звука: /settings
why-silent-quiet = Пришло без звука из-за ваших тихих часов: /quiet
why-silent-subscription = Пришло без звука, потому что так настроена эта подписка: /subscriptions
why-silent-level =
    Пришло без звука, потому что у вашей подписки звук { $level ->
        [1] только от жёлтого уровня
        [2] только от оранжевого уровня
       *[3] только от красного уровня
    }: /subscriptions
why-silent-neighbour = Пришло без звука, потому что это о соседней территории.
why-silent-default =
    Пришло без звука, потому что предупреждения приходят со звуком { $level ->
        [0] всегда
        [1] от жёлтого уровня
        [2] от оранжевого уровня
       *[3] от красного уровня
    }. Чтобы изменить это для подписки: /subscribe … <code>| сейчас, звук&gt;=желтый</code>
why-silent-unplaced = Пришло без звука, потому что место определить не удалось: оно может быть далеко от вас.
why-waiting = Идёт к вам.
why-retried = Пока не доставлено ({ $why }), будет ещё одна попытка.
why-failed = Доставить не удалось: { $why }.
why-held = Ждёт вашей следующей подборки.
why-owed = Идёт к вам или поступило слишком поздно, чтобы его присылать.
why-folded = То же самое уже было в сообщении от { $at }, источник: { $source }. Поэтому второй раз не отправлено.
why-not-owed = Вам это не отправлялось.
why-missed = Эти тревоги дошли до меня слишком поздно, чтобы будить вас. Все они перечислены в одном сообщении без звука.
why-missed-came = Объявлено: { $raised }. Дошло до меня: { $at }. Источник: { $source }.
why-not-known = В последнее время ни один источник мне этого не присылал. Если бы прислал:
why-nothing-followed = Подписок ещё нет: /subscribe
why-asked = { $count ->
    [one] Сюда подходит { $count } ваша подписка:
    [few] Сюда подходят { $count } ваши подписки:
   *[many] Сюда подходят { $count } ваших подписок:
    }
why-asked-line = • { $what } — { $when }
why-asked-because = • { $what } — { $when }. Здесь есть: { $words }
why-asked-neighbour = • { $what } — { $when }. Это о соседней территории, а вы получаете и тревоги рядом
why-distance = { $place }: { $distance } км
why-distance-here = { $distance } км от вашей геопозиции
why-word = «{ $word }»
why-not-asked = Сейчас сюда не подходит ни одна ваша подписка:
why-missing = • { $what }. Не хватает: { $missing }
why-unwanted = • { $what }. Здесь есть то, что вы исключили: { $unwanted }
## Источники, для тех, кто держит бота

about-sources = состояние источников (это видите только вы)
sources-none = Ни одного источника не настроено.
sources-head = <b>{ $count ->
        [one] { $count } источник
        [few] { $count } источника
       *[many] { $count } источников
    }</b>{ $dead ->
        [0] , все отвечают
       *[other] , не отвечает: { $dead }
    }
source-good = 🟢 { $name } ({ $kind })
source-shaky = 🟡 { $name } ({ $kind }): последняя попытка неудачна
source-dead = 🔴 { $name } ({ $kind }): не отвечает
source-new = ⚪ { $name } ({ $kind }): ещё не опрашивался
source-told = 🔵 { $name } ({ $kind }): присылает сам
source-last = последний раз удачно { $at }, { $span } назад
source-never = удачных попыток ещё не было
source-unheard = ещё ничего не прислал
source-took = заняло { $span }
source-next = снова через { $span }
source-error = Неудачных попыток подряд: { $count }. { $error }
source-unknown = Места, которых я не знаю ({ $count }): { $places }
span-days = { $count } дн.
span-hours = { $count } ч
span-minutes = { $count } мин
span-seconds = { $count } с
page-dead = 🔌 <b>Источник не отвечает:</b> { $name } ({ $last }). { $error }
page-back = 🔌 <b>Источник снова отвечает:</b> { $name }. С того сообщения прошло { $span }.
## Тихие часы, паузы и собранное

about-quiet = Часы, когда новости ждут
about-pause = На время — только тревоги
about-resume = Закончить паузу
usage-quiet = [22:00-07:00 | выключить]
usage-pause = [2 ч]
quiet-none = Тихих часов нет. Выберите из предложенных или напишите свои: <code>/quiet 22:00-07:00</code>
quiet-hours = <b>Тихие часы:</b> каждый день { $begin }–{ $end } ({ $zone })
quiet-on = Сейчас тихо, до { $until }.
quiet-ends = Тихое время закончилось. Если что-то ждало, сейчас придёт.
quiet-news = Новости ждут. Когда тихое время закончится, вы получите одно сообщение с тем, что к тому времени ещё верно.
quiet-alerts-ring = Тревоги приходят со звуком, как всегда.
quiet-alerts-silent = Тревоги приходят сразу, но без звука.
quiet-alerts-held = <b>Тревоги тоже ждут: не придёт ничего.</b>
quiet-alerts-later =
    Тревоги приходят со звуком. Во время паузы они { $waits ->
        [0] приходят без звука.
       *[other] ждут.
    }
quiet-held-so-far = То, что ждало до сих пор, придёт, когда тихое время закончится.
quiet-unknown =
    Не понимаю, какие это часы: «{ $written }». Можно написать:
    <code>/quiet 22:00-07:00</code>
    <code>/quiet выключить</code>
    Часы — от 00:00 до 23:59.
quiet-no-length = Начало и конец тихих часов должны различаться, например, <code>/quiet 22:00-07:00</code>. Тишина с этой минуты: <code>/pause 8 ч</code>
quiet-summary = <b>Пока было тихо:</b> { $what }
quiet-alerts-over =
    { $count ->
        [one] { $count } тревога, уже отбой
        [few] { $count } тревоги, везде отбой
       *[many] { $count } тревог, везде отбой
    }
quiet-alerts-on =
    { $count ->
        [one] { $count } тревога
        [few] { $count } тревоги
       *[many] { $count } тревог
    }; отбоя ещё нет: { $places }
quiet-reports =
    { $count ->
        [one] { $count } сообщение
        [few] { $count } сообщения
       *[many] { $count } сообщений
    }
paused = <b>Пауза до { $until }.</b>
paused-news = Новости ждут и придут одним сообщением, когда пауза закончится.
paused-longer = Затем — ваши тихие часы: будет тихо до { $until }.
paused-change = Закончить: /resume. Как тем временем приходят тревоги: /quiet
pause-unknown =
    Не понимаю, сколько это — «{ $written }». Можно написать:
    <code>/pause 30 мин</code>
    <code>/pause 2 ч</code>
    <code>/pause 1 день</code>
    <code>/pause до 07:00</code>
pause-too-long = Это слишком долго. Пауза может длиться не больше { $days } дней.
resumed = Пауза закончена.
resume-nothing = Паузы нет.
resume-hours = Это ваши тихие часы. Изменить: /quiet
settings-quiet = Тихие часы: { $begin }–{ $end }
settings-no-quiet = Тихие часы: нет
digest-nothing = С прошлого раза ничего нового.
digest-nothing-told = Если нового нет, я так и скажу.
digest-nothing-untold = Если нового нет, ничего не приходит.
digest-more =
    … и ещё { $count ->
        [one] { $count } более раннее сообщение
        [few] { $count } более ранних сообщения
       *[many] { $count } более ранних сообщений
    }: /latest
digest-untitled = Другое
button-alerts-ring = 🔔 Тревоги со звуком
button-alerts-silent = 🔕 Тревоги без звука
button-alerts-held = Тревоги ждут
button-quiet-off = Без тихих часов
button-quiet = Тихие часы
button-digest = Когда приходят новости
button-nothing-told = Сообщать, даже если нового нет
button-nothing-untold = Не сообщать, если нового нет
button-minutes = { $count } мин
button-hours = { $count } ч
button-resume = Закончить паузу
# Что можно писать, через запятую.
read-off = выключить, выключи, нет, без
read-from = с, со, от
read-to = до, по
read-command-pause = пауза, тишина
read-command-quiet = тихие часы, тихо
read-command-digest = дайджест, сводка
read-minutes = м, мин, минута, минуту, минуты, минут
read-hours = ч, час, часа, часов
read-half-hours = полчаса, пол часа, получаса; полтора часа
read-weeks = неделя, неделю, недели, недель, нед
read-for = на, в течение
read-days = д, день, дня, дней, сутки, суток, сут
read-am = утра
read-pm = дня, вечера

## /stats

stats-people = <b>Получатели</b>: { $count }; сейчас недоступны: { $suspended }
stats-languages = Языки: { $languages }
stats-subscriptions = <b>Подписки</b>: { $count }
stats-places = Самые частые места: { $places }
stats-reports = <b>Сообщения</b>: { $hour } за последний час, { $day } за сутки
stats-nothing-waits = <b>Очереди нет.</b>
stats-waits = <b>В пути</b>: { $count ->
    [one] { $count } рассылка
    [few] { $count } рассылки
   *[other] { $count } рассылок
    }, самая старая с { $since }
stats-announcements = <b>Объявления в пути</b>: { $count }
stats-lanes = Отдельные сообщения: { $lanes }
stats-failed = Не доставлено: { $count }. См. /failed
lane-reply = ответы
lane-alert = тревоги
lane-news = новости
lane-edit = изменения
lane-digest = подборки
lane-announcement = объявления
## A topic that cannot be written to

topic-lost = <b>Для администраторов:</b> я не могу писать в одну из тем этой группы: она закрыта или удалена. То, что предназначено для неё, теперь приходит сюда. Откройте её снова, и я снова буду писать там.

## /failed

about-failed = что не удалось доставить и почему (это видите только вы)
failed-none = Недоставленных сообщений нет.
failed-head = <b>Не доставлено { $count ->
        [one] { $count } сообщение
        [few] { $count } сообщения
       *[other] { $count } сообщений
    }</b>, самые новые сначала. Кнопка — попробовать ещё раз.
failed-entry = { $at }. { $when }, { $lane }, чат <code>{ $chat }</code>
    { $said }
    { $why }
failed-again = Отправляю ещё раз: { $count }.
button-again-all = ↻ Все { $count }
too-fast = Вы пишете быстрее, чем я успеваю отвечать, поэтому <b>этого я не сделал</b>. Подождите, пожалуйста, несколько секунд и отправьте ещё раз.
answer-too-fast = Помедленнее, пожалуйста. Ничего не изменилось: нажмите ещё раз через несколько секунд.
## Тревоги

about-alerts = Где сейчас тревога
usage-alerts = [МЕСТО]
incident-air-raid = Воздушная тревога
incident-shelling = Угроза артобстрела
incident-fights = Угроза уличных боёв
incident-chemical = Химическая угроза
incident-radiation = Радиационная угроза
incident-weather = Метеорологическое предупреждение
incident-quake = Предупреждение о землетрясении
incident-other = Тревога
incident-over = Больше не действует. { $what }: { $place }
incident-issued = Объявлено: { $at }
incident-until = Действует до: { $until }
incident-level-red = Уровень: красный
incident-level-orange = Уровень: оранжевый
incident-level-yellow = Уровень: жёлтый
incident-threats = { $count ->
        [1] Угроза
       *[other] Угрозы
    }: { $threats }
incident-since = Длится с { $since }
incident-warned = Предупреждение с { $since }: ещё не началось
incident-lasted = Длилась { $lasted }: { $since } – { $until }
incident-applied = Действовало { $lasted }: { $since } – { $until }
incident-confirmed = подтверждают: { $sources }
incident-unknown = С { $since } неизвестно, длится ли тревога. Это не отбой.
incident-known-last = Последнее, что было известно:
incident-known-again = Мои источники снова отвечают, и тревога всё ещё длится.
incident-late = дошло до вас за { $late }
missed-head = <b>О чём не удалось сообщить вовремя</b>
alerts-head = <b>Тревоги сейчас</b>
alerts-in = <b>Тревоги сейчас: { $place }</b>
alerts-none = Сейчас мне не известно ни об одной тревоге.
alerts-none-in = { $place }: сейчас мне не известно ни об одной тревоге.
alerts-unwatched = <b>Я не знаю, есть ли сейчас тревога:</b> в последнее время ни один мой источник о тревогах не сообщал. Это не отбой.
alerts-stale = <b>Я не знаю, есть ли сейчас тревога.</b> Мои источники не отвечают с { $at }: тревога возможна.
alerts-fresh = Проверено { $span } назад.
alerts-more =
    { $count ->
        [one] И ещё { $count }.
        [few] И ещё { $count }.
       *[many] И ещё { $count }.
    }
alerts-near = Я не знаю места «{ $written }». Может быть, одно из этих?
alerts-no-place = Я не знаю места «{ $written }». Например: <code>/alerts Киев</code>
alerts-others = Если вы имели в виду другое место:
moment-seconds = { $seconds } с
moment-length =
    { $hours ->
        [0] { $minutes } мин
       *[other] { $hours } ч { $minutes } мин
    }
settings-changes-graver = Пока длится тревога, сообщаю ещё раз, когда становится хуже
settings-changes-all = Пока длится тревога, сообщаю о каждом изменении
settings-changes-none = Сообщаю, только когда тревога начинается и когда заканчивается
button-all-clear = Отбой. { $what }: { $place }
button-changes-graver = Сообщать ещё раз, когда становится хуже
button-changes-all = Сообщать о каждом изменении тревоги
button-changes-none = Сообщать только о начале и конце тревоги
## Groups, channels, announcements

group-greeting = Здравствуйте! Я сообщаю здесь о том, что выберет эта группа. Выбирает администратор, например: <code>/subscribe Киев</code>. Все команды: /help
about-channel = Настроить канал отсюда
usage-channel = [НАЗВАНИЕ КОМАНДА]
channel-added = Теперь я могу писать в <b>{ $title }</b>.
channel-how = Выбрать отсюда, о чём там писать: <code>/channel { $name } /subscribe Киев</code>. Так же после названия пишется любая другая команда, а ответ приходит сюда.
channel-list = <b>Каналы, которые вы можете настроить</b>
channel-none = Я не пишу ни в один канал, где вы администратор. Сделайте меня администратором своего канала с правом публиковать, и я напишу вам сюда.
channel-unknown = Среди каналов, где вы администратор и куда я пишу, нет «{ $name }». Те, что я знаю: /channel
button-channel = Настройки канала
answer-not-your-channel = Настроить этот канал могут только его администраторы.
answer-read-in-private = То, что я пишу здесь, видят все читатели. Чтобы читать дальше, напишите мне лично.
settings-channel = Одно сообщение для всех читателей канала: язык, часовой пояс и тихие часы у всех одинаковы
settings-sound-everything = Звук: для тревог и сообщений
settings-sound-alerts = Звук: только для тревог; сообщения приходят без звука
settings-sound-nothing = Звук: выключен; всё приходит без звука
button-sound-everything = 🔔 Всё со звуком
button-sound-alerts = 🚨 Со звуком только тревоги
button-sound-nothing = 🔕 Всё без звука
subscribed-sound =
    { $level ->
        [-1] Будет приходить без звука.
        [0] Всегда будет приходить со звуком.
        [1] Со звуком — от жёлтого уровня; всё ниже — без звука.
        [2] Со звуком — от оранжевого уровня; всё ниже — без звука.
       *[3] Со звуком — от красного уровня; всё ниже — без звука.
    }
subscribed-neighbours = Тревоги на соседних территориях тоже будут приходить, без звука.
subscribed-no-neighbours = Соседи не добавлены: я знаю их только для мест в Украине и для округов и штатов США, и только для того, что приходит сразу.
subscribed-choose-when = Когда сообщать?
subscribed-choose-sound = Когда сообщать со звуком?
button-when = 🕘 Когда
button-sound = 🔔 Звук
button-back-to-subscription = ‹ Назад
button-sound-default = 🔔 Как обычно: предупреждения — от { $level ->
        [0] зелёного
        [1] жёлтого
        [2] оранжевого
       *[3] красного
    }
button-sound-always = 🔊 Всегда
button-sound-from-orange = 🟠 От оранжевого
button-sound-from-red = 🔴 От красного
button-sound-silent = 🔕 Без звука
button-neighbours-on = ➕ Тревоги рядом, без звука
button-neighbours-off = ➖ Без тревог рядом
drill-soundless = В этом чате она приходит без звука: здесь всё без звука. Изменить: /settings
about-announce = Написать всем
usage-announce = ТЕКСТ
announce-usage = Напишите после команды то, что должны прочитать все: <code>/announce ТЕКСТ</code>. Сначала увидите сами.
announce-too-long = Это слишком длинно для одного сообщения. Ничего не отправлено.
announce-preview = <b>Вот так это будет выглядеть. Пока ничего не отправлено.</b>
announce-cancelled = Ничего не отправлено.
announce-under-way = <b>Отправляется: получили { $arrived } из { $count }.</b>
announce-stopped = <b>Остановлено: получили { $arrived } из { $count }.</b>
announce-done = <b>Готово: получили { $arrived } из { $count }.</b>
announcement-from = от тех, кто ведёт этого бота
why-announcement = Те, кто ведёт этого бота, отправили это всем.
button-announce =
    { $count ->
        [one] Отправить в { $count } чат
        [few] Отправить в { $count } чата
       *[other] Отправить в { $count } чатов
    }
button-cancel = Отменить
button-refresh = ↻ Обновить
button-stop = ■ Остановить
answer-announce-stopped = Остановлено. Больше никто не получит.
answer-announce-over = Останавливать уже нечего.

## Saved places

locate-kept = Чтобы сохранить это место под названием, нажмите «Сохранить как…». В течение суток <code>здесь +50км</code> означает это место; сначала я округляю его до 1 км.
button-save-place = 📍 Сохранить как…
about-places = Ваши места, например «Дом»
usage-places = [НАЗВАНИЕ = МЕСТО +10км]
places = <b>Сохранённые места: { $count }</b>
places-none = Сохранённых мест пока нет.
places-line =
    📍 <b>{ $name }</b>: { $where }, радиус { $distance } км{ $count ->
        [0] {""}
       *[other] {""} · подписок: { $count }
    }
places-how =
    <code>/places Мама = Киев +10км</code> — сохранить или перенести место
    <code>/places Мама +20км</code> — изменить радиус
    <code>/places удалить Мама</code> — удалить
    Или пришлите мне геопозицию (📎) и нажмите «Сохранить как…». Места я округляю до 1 км.
place-saved = ✅ Сохранено: <b>{ $name }</b> — { $where }, радиус { $distance } км.
place-moved = ✅ Изменено: <b>{ $name }</b> — { $where }, радиус { $distance } км.
place-followers =
    { $count ->
        [1] Вместе с местом изменилась подписка:
       *[other] Вместе с местом изменились подписки ({ $count }):
    }
place-use = Название можно использовать как любое место: <code>/subscribe { $name }</code>, <code>/alerts { $name }</code>, <code>/latest { $name }</code>. Тревога для большей территории вокруг тоже учитывается.
place-name-no-letter = В названии нужна хотя бы одна буква, например <code>/places Мама = Киев</code>
place-name-too-long = Название слишком длинное: не больше { $limit } символов.
place-name-reserved = «{ $name }» для меня уже означает другое, поэтому не может быть названием места. Выберите, пожалуйста, другое, например <code>Мама</code>
place-not-one = Для <b>{ $name }</b> нужен один населённый пункт, например <code>/places { $name } = Киев +10км</code>
place-send-location = Или пришлите мне геопозицию (📎) и нажмите «Сохранить как…».
place-too-many = В чате может быть не больше { $limit } сохранённых мест. Ничего не изменено. Освободить место: /places
place-unknown = Сохранённого места «{ $name }» нет. Все места: /places
place-usage = Не понимаю. Например: <code>/places Мама = Киев +10км</code>, <code>/places Мама +20км</code>, <code>/places удалить Мама</code>. Все ваши места: /places
place-removed = Удалено: <b>{ $name }</b>.
place-removed-with = Удалено: <b>{ $name }</b>, подписок: { $count }.
place-in-use = <b>{ $name }</b> есть в подписках ({ $count }), они тоже будут удалены:
button-remove-place = ✕ { $name }
button-remove-place-with =
    { $count ->
        [1] Удалить вместе с подпиской
       *[other] Удалить вместе с подписками ({ $count })
    }
button-keep-place = Оставить
place-ask-name = Как назвать это место? Пришлите название, например <code>Мама</code>. Буду ждать { $minutes } минут.
distance =
    📍 { $distance } км к { $direction ->
        [0] северу
        [1] северо-востоку
        [2] востоку
        [3] юго-востоку
        [4] югу
        [5] юго-западу
        [6] западу
       *[other] северо-западу
    } от места «{ $place }»
distance-here =
    📍 { $distance } км к { $direction ->
        [0] северу
        [1] северо-востоку
        [2] востоку
        [3] юго-востоку
        [4] югу
        [5] юго-западу
        [6] западу
       *[other] северо-западу
    } от вашей геопозиции
distance-at = 📍 Совсем рядом: { $place }
distance-at-here = 📍 Совсем рядом с вашей геопозицией
place-not-saved = Не сохранено. Чтобы сохранить место, пришлите мне геопозицию (📎).
alerts-within = <b>Тревоги сейчас: { $circle }</b>
alerts-none-near = Сейчас мне не известно ни об одной тревоге: { $circle }.
read-remove = удалить убрать

## Попробовать подписку

button-try = Проверить так
button-try-subscription = 🧮 Проверить
button-try-again = 🔄 Ещё раз
button-try-topic = ➕ { $topic }
answer-try-busy = Сейчас считаю для кого-то другого. Попробуйте ещё раз через несколько секунд.
try-usage = Напишите, на что хотите подписаться, например <code>/try Киев</code>. Я посчитаю, сколько уже пришло бы, но ничего из этого не отправлю.
try-head = Если бы вы уже подписались: { $what }
try-written = <code>{ $written }</code>
try-count =
    <b>Уведомлений { $days ->
        [1] за последние сутки
        [one] за последний { $days } день
        [few] за последние { $days } дня
       *[other] за последние { $days } дней
    }: { $count }</b>
    🔔 Со звуком: { $sound }
    🌙 Ночью, 22:00–07:00: { $night }
try-digest =
    <b>Сообщений { $days ->
        [1] за последние сутки
        [one] за последний { $days } день
        [few] за последние { $days } дня
       *[other] за последние { $days } дней
    }: { $count }</b>
    Все — в дайджесте, { $when }
try-none =
    <b>{ $days ->
        [1] За последние сутки
        [one] За последний { $days } день
        [few] За последние { $days } дня
       *[other] За последние { $days } дней
    } не пришло бы ничего</b>
try-no-reports = Сообщений у меня пока нет, так что считать нечего.
try-limit = Подсчитано только с: { $since }. Есть и более ранние сообщения.
try-many = Слишком много? Добавьте тему кнопкой ниже.
try-newest = Последние:
