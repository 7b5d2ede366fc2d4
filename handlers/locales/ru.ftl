# Русский. Ключи, которые начинаются на about-, answer-, button-, link-, moment-, read-, when-,
# показываются без разметки; остальные могут содержать HTML Телеграма.

## Приветствие и справка

start =
    <b>Tocsin</b> сообщает о том, о чём вы попросите: о воздушных тревогах и новостях, по местам, темам и словам на ваш выбор.

    Скажите, о чём вы хотите слышать:
start-more =
    Или просто напишите место или слово, и я покажу самое новое о нём. Все команды: /help
start-again =
    Рад видеть вас снова. Подписок у вас: { $count }. Посмотреть: /subscriptions
    Все команды: /help
start-confirm = Эта ссылка предлагает вам следить за таким: { $what }.
start-bad-link = Эта ссылка повреждена, поэтому ничего не изменилось. Напишите сами, о чём хотите слышать, например <code>/subscribe Киев</code>
examples =
    <code>/subscribe Киев</code> — всё о месте
    <code>/subscribe #air_alert Львов</code> — воздушные тревоги там
    <code>/subscribe поезд Херсон</code> — и то, и другое вместе
    <code>/subscribe дрон ИЛИ ракета</code> — хотя бы одно из двух
    <code>/subscribe Одесса -футбол</code> — но без какого-то слова
    <code>/subscribe Польша | ежедневно 09:00</code> — одним сообщением в день
help = <b>Команды</b>
unknown = Такой команды я не знаю. Все команды: /help
unknown-near = Такой команды я не знаю. Возможно, /{ $command }? Все команды: /help
id-person = Ваш номер: <code>{ $id }</code>
id-chat = Номер этого чата: <code>{ $id }</code>
privacy =
    <b>Что хранится</b>
    Номер этого чата в Телеграме, его язык, часовой пояс и настройки и его подписки. То, что вы мне пишете, стирается, как только я отвечу.

    <b>Что не хранится</b>
    Ваше имя, номер телефона, контакты.

    Никому ничего не передаётся. /unsubscribe стирает то, за чем вы больше не следите, /forget — всё. Если вы меня заблокируете, я больше ничего не пришлю.
failed = Не получилось. Это записано в журнал, и ничего не изменилось. Попробуйте, пожалуйста, ещё раз.
not-administrator = Менять, о чём слышит эта группа, могут только её администраторы. Мне можно написать и лично.

about-start = Что это такое
about-subscribe = Слышать о месте, теме или слове
about-subscriptions = За чем вы следите
about-unsubscribe = Больше о чём-то не слышать
about-latest = Самые новые сообщения
about-settings = Язык, часовой пояс, объём
about-language = Выбрать язык
about-timezone = Выбрать часовой пояс
about-id = Ваш номер в Телеграме
about-forget = Стереть всё, что известно об этом чате
about-privacy = Что о вас хранится
about-help = Все команды
usage-subscribe = ЧТО [| КОГДА]
usage-unsubscribe = [НОМЕР]
usage-latest = [ЧТО] [СКОЛЬКО]
usage-language = [КОД]
usage-timezone = [ПОЯС]

## Подписки

subscribed = Вы сразу услышите о таком: { $what }.
subscribed-digest = Вы услышите о таком: { $what } — собранное в одно сообщение, { $when }.
subscribed-ambiguous = Если вы имели в виду другое, нажмите:
subscribe-already = Вы уже за этим следите: { $what } — { $when }. Все подписки: /subscriptions
subscribe-too-many =
    У этого чата уже { $count ->
        [one] { $count } подписка
        [few] { $count } подписки
       *[many] { $count } подписок
    }, больше нельзя. Сначала уберите какую-нибудь: /unsubscribe
unsubscribed = Вы больше не услышите о таком: { $what }.
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
subscriptions-none = Вы ещё ни за чем не следите. Например:
subscription = { $what } — { $when }
subscription-silent = без звука
zone-of-place = Время — по поясу { $zone }, по первому месту, за которым вы следите. Изменить: /timezone
zone-is-utc = Час — по UTC, потому что вашего часового пояса я не знаю. Выбрать: /timezone

## Как это понято

query-everything = всё о месте { $places }
query-word = { $word } (в любой форме)
query-phrase = «{ $words }» (в любой форме)
query-source = из источника { $source }
query-not = не { $what }
query-or = или
query-and = и
query-in = { $what }, место: { $places }
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
schedule-unknown =
    Не понимаю времени «{ $written }». Можно написать:
    <code>| сейчас</code>
    <code>| ежечасно</code>
    <code>| ежедневно 09:00</code>
    <code>| еженедельно пн 09:00</code>
    Часы — от 00:00 до 23:59.
# Что можно писать: через запятую; дни через точку с запятой, от понедельника до воскресенья.
read-now = сейчас, сразу, немедленно
read-hourly = ежечасно, каждый час, раз в час
read-daily = ежедневно, каждый день, раз в день
read-weekly = еженедельно, каждую неделю, раз в неделю
read-filler = в, во, на, по, каждый, каждую, каждое
read-weekdays = пн, понедельник, понедельникам; вт, вторник, вторникам; ср, среда, среду, средам; чт, четверг, четвергам; пт, пятница, пятницу, пятницам; сб, суббота, субботу, субботам; вс, воскресенье, воскресеньям
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

## Что не удалось прочитать

error-empty = Скажите, о чём вы хотите слышать: место, тему или слово. Например <code>/subscribe Киев</code>
error-unbalanced = У этой скобки нет пары:
error-unclosed-quote = Эти кавычки открыты, но не закрыты:
error-dangling-operator = Здесь нечего соединять: рядом чего-то не хватает.
error-missing-value = Здесь что-то должно идти дальше, без пробела:
error-unknown-topic = Такой темы нет:
error-unknown-place = Такого места я не знаю:
error-no-positive-term = Здесь сказано только, чего вы не хотите. Добавьте, пожалуйста, чего хотите:
error-too-long = Слишком длинно: самое большее { $limit } латинских букв или вдвое меньше кириллических.
error-too-many-terms = Слишком много слов и мест: самое большее { $limit }.
error-too-deep = Слишком много скобок одна в другой: самое большее { $limit }.
error-suggestion = Возможно, так: <code>{ $suggestion }</code>

## Сообщения

digest-head =
    <b>{ $count ->
        [one] { $count } сообщение
        [few] { $count } сообщения
       *[many] { $count } сообщений
    }</b>
latest-all = <b>Самое новое</b>
latest = Самое новое: { $what }
    <code>{ $written }</code>
latest-none = Пока ничего.
latest-none-here = Среди просмотренных сообщений ничего нет. Можно искать дальше, среди более давних.
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
settings-no-zone = Часовой пояс: UTC, пока вы не подпишетесь на место или не выберете сами
settings-subscriptions =
    { $count ->
        [0] Подписок ещё нет: /subscribe
       *[other] Подписок: { $count }. Посмотреть: /subscriptions
    }
language-choose = На каком языке мне говорить?
language-chosen = Теперь я говорю по-русски.
language-unknown = На таком языке я ещё не говорю. Есть такие: { $languages }. Например <code>/language ru</code>
zone-choose = Нажмите пояс или напишите свой пояс или город: <code>/timezone Киев</code>
zone-chosen = Часовой пояс: { $zone }. Там сейчас { $clock }.
zone-near = Я не знаю часового пояса «{ $written }». Возможно, <code>/timezone { $zone }</code>?
zone-unknown = Я не знаю часового пояса «{ $written }». Напишите город или пояс: <code>/timezone Киев</code>

## Что известно о чате

forget-ask =
    <b>Стереть всё, что я знаю об этом чате, со всеми его темами?</b>
    { $count ->
        [0] Подписок нет, но есть настройки
        [one] Это { $count } подписка и настройки
        [few] Это { $count } подписки и настройки
       *[many] Это { $count } подписок и настройки
    }. Вернуть их нельзя, и здесь больше ничего не зазвонит.
forgotten =
    <b>Стёрто:</b> номер этого чата, его язык, часовой пояс и настройки. Подписок: { $count }. Неотправленных сообщений: { $waiting }.
    То, что я писал здесь раньше, остаётся в вашем Телеграме. Если напишете мне снова, начнём с начала.
forget-kept = Ничего не стёрто.

## Кнопки и короткие уведомления

button-follow = Подписаться
button-more = Читать дальше
button-place-instead = Другое: { $place }
button-word-instead = Другое: слово «{ $word }»
button-remove = ✕ { $number }
button-hush = 🔕 { $number } без звука
button-ring = 🔔 { $number } со звуком
button-back = ‹ Назад
button-forth = Дальше ›
button-newer = ‹ Новее
button-older = Раньше ›
button-language = Язык
button-short = Показывать только заголовок и первое предложение
button-full = Показывать сообщения целиком
button-zone = Часовой пояс
button-settings = ‹ Настройки
button-erase = Стереть всё
button-keep = Оставить всё
answer-old-button = Эта кнопка уже устарела. Отправьте, пожалуйста, команду ещё раз.
answer-gone = Этого уже нет.
answer-report-gone = Это сообщение уже не хранится.
answer-already = Вы уже за этим следите.
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
answer-failed = Не получилось. Это записано в журнал, и ничего не изменилось.
