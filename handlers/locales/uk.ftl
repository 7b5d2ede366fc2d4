# Українська. Ключі, що починаються на about-, answer-, button-, link-, moment-, read-, when-,
# показуються без розмітки; решта може містити HTML Телеграма.

## Вітання й довідка

start =
    <b>Tocsin</b> сповіщає про те, про що ви попросите: повітряні тривоги й новини про місця, теми та слова на ваш вибір.
start-where = Де? Натисніть місце, напишіть його назву або надішліть геопозицію (📎).
start-what = Що ви хочете знати про <b>{ $place }</b>?
button-oblasts = Області
button-cities = ◂ Міста
button-alerts = 🔴 Повітряні тривоги
button-important = ❗ Важливе
button-everything = 📰 Усе
start-newest = Найновіше:
start-nothing-yet = Новин про це поки що немає.
start-test = Подивитися, як до вас дійде тривога: /test
start-again =
    Раді бачити вас знову. Підписок у вас: { $count }. Переглянути: /subscriptions
    Усі команди: /help
start-confirm = Це посилання пропонує вам стежити за таким: { $what }.
start-bad-link = Це посилання пошкоджене, тож нічого не змінилося. Напишіть самі, про що хочете чути, наприклад <code>/subscribe Київ</code>
locate = Ви тут або поруч: { $places }. Щоб чути про це місце:
locate-nowhere = Не знаю міста поблизу. Можна написати його назву.
examples =
    <code>/subscribe Київ</code> — усе про місце
    <code>/subscribe #air_alert Львів</code> — повітряні тривоги там
    <code>/subscribe залізниця Херсон</code> — і те, і те разом
    <code>/subscribe дрон АБО ракета</code> — хоч одне з двох
    <code>/subscribe Одеса -футбол</code> — але без якогось слова
    <code>/subscribe Польща | щодня 09:00</code> — одним повідомленням на день
help = <b>Команди</b>
unknown = Такої команди я не знаю. Усі команди: /help
unknown-near = Такої команди я не знаю. Можливо, /{ $command }? Усі команди: /help
id-person = Ваш номер: <code>{ $id }</code>
id-chat = Номер цього чату: <code>{ $id }</code>
privacy =
    <b>Що зберігається</b>
    Номер цього чату в Телеграмі, його мова, часовий пояс і налаштування, його підписки та те, які канали налаштовуються звідси. Те, що ви мені пишете, стирається, щойно я відповім.

    <b>Що не зберігається</b>
    Ваше ім’я, номер телефону, контакти.

    <b>Місця</b>
    Місця, які ви зберегли через /places, округлені до 1 км, доки ви їх не видалите. Остання геопозиція, яку ви мені надіслали, округлена до 1 км, — одну добу: це й означає <code>тут</code>.

    Нікому нічого не передається. /unsubscribe стирає те, за чим ви більше не стежите, /forget — усе; /export показує все це. Якщо ви мене заблокуєте, я більше нічого не надсилатиму.
failed = Не вдалося. Це записано в журнал, і нічого не змінилося. Спробуйте, будь ласка, ще раз.
not-administrator = Змінювати, про що чує ця група, можуть лише її адміністратори. Мені можна написати й особисто.

about-bot = Сповіщає про те, про що ви попросите: повітряні тривоги й новини про місця, теми та слова на ваш вибір. Натисніть «Почати»: три дотики — і ви чутимете.
about-bot-short = Повітряні тривоги й новини про місця, теми та слова на ваш вибір.
about-start = Що це таке
about-subscribe = Чути про місце, тему чи слово
about-topics = Теми, на які можна підписатися
about-subscriptions = За чим ви стежите
about-unsubscribe = Більше про щось не чути
about-latest = Найновіші повідомлення
about-try = Що надійшло б за підпискою
about-digest = Коли чути: одразу чи зібране разом
about-why = Чому надійшло повідомлення або чому ні
about-stats = Хто слухає і скільки ще в дорозі
about-settings = Мова, часовий пояс, обсяг
about-language = Вибрати мову
about-timezone = Вибрати часовий пояс
about-id = Ваш номер у Телеграмі
about-test = Перевірити, як до вас дійде тривога
about-export = Усе, що відомо про цей чат, щоб зберегти
about-import = Повернути те, що дав /export
about-forget = Стерти все, що відомо про цей чат
about-privacy = Що про вас зберігається
about-help = Усі команди
usage-subscribe = ЩО [| КОЛИ]
usage-unsubscribe = [НОМЕР]
usage-latest = [ЩО] [СКІЛЬКИ]
usage-try = ЩО [| КОЛИ]
usage-why = [ПОСИЛАННЯ АБО ТЕКСТ]
usage-import = ТЕКСТ
usage-digest = [КОЛИ]
usage-language = [КОД]
usage-timezone = [ПОЯС]

## Підписки

subscribed = Ви одразу почуєте про таке: { $what }.
subscribed-digest = Ви почуєте про таке: { $what } — зібране в одне повідомлення, { $when }.
subscribed-ambiguous = Якщо ви мали на увазі інше, натисніть:
subscribed-guessed = Місця з такою назвою немає. Якщо ви мали на увазі одне з цих, натисніть:
subscribe-ask = Ви мали на увазі <b>{ $guess }</b>? Місця з назвою «{ $written }» я не знаю. Підписку додам, коли виберете.
subscribe-ask-layout = Ви мали на увазі <b>{ $guess }</b>? Схоже, «{ $written }» набрано в іншій розкладці клавіатури. Підписку додам, коли виберете.
subscribe-ask-part = «{ $written }» — це частина міста <b>{ $guess }</b>, а тривогу оголошують для всього міста. Підписатися на місто? Підписку додам, коли виберете.
subscribe-undone = Підписку скасовано: { $what }.
subscribed-places =
    { $count ->
        [1] Сюди входять повідомлення, де згадано { $places } або місце всередині, і тривоги для більшої території навколо.
       *[other] Сюди входять повідомлення, де згадано { $places } або місце всередині одного з них, і тривоги для більшої території навколо.
    }
subscribed-words = Слово враховується в будь-якій формі, але не як частина іншого слова.
query-any-alert = будь-яка тривога
button-undo = ↩️ Скасувати
button-word-typed = Слово «{ $word }»
subscribed-no-level = ⚠️ Жодне з моїх джерел зазвичай не вказує рівня, тож збігів може не бути. Джерела, які вказують: { $kinds }.
subscribed-no-magnitude = ⚠️ Жодне з моїх джерел зазвичай не вказує магнітуди, тож збігів може не бути. Джерела, які вказують: { $kinds }.
subscribed-no-depth = ⚠️ Жодне з моїх джерел зазвичай не вказує глибини, тож збігів може не бути. Джерела, які вказують: { $kinds }.
topics = <b>Теми.</b> Тема охоплює всі, що під нею. Натисніть, щоб підписатися, або додайте місце: <code>/subscribe #drone Київ</code>
topics-children = Натисніть, щоб підписатися на тему для всіх місць.
subscribe-already = Ви вже за цим стежите: { $what } — { $when }. Усі підписки: /subscriptions
subscribe-one-command = Одне повідомлення — одна команда, тож нічого не змінилося. Надішліть команди, будь ласка, по черзі.
subscribe-too-many =
    У цього чату вже { $count ->
        [one] { $count } підписка
        [few] { $count } підписки
       *[many] { $count } підписок
    }, більше не можна. Спершу приберіть якусь: /unsubscribe
unsubscribed = Ви більше не чутимете про таке: { $what }.
unsubscribe-no-such =
    Такого номера немає: у вас { $count ->
        [one] { $count } підписка
        [few] { $count } підписки
       *[many] { $count } підписок
    }. Дивіться /subscriptions
subscriptions =
    <b>У вас { $count ->
        [one] { $count } підписка
        [few] { $count } підписки
       *[many] { $count } підписок
    }</b>
subscriptions-none = Ви ще ні за чим не стежите. Наприклад:
subscription = { $what } — { $when }
subscription-silent = без звуку
subscription-sound-from =
    зі звуком { $level ->
        [0] завжди
        [1] від жовтого рівня
        [2] від помаранчевого рівня
       *[3] від червоного рівня
    }
subscription-neighbours = і без звуку тривоги поруч
zone-of-place = Час — за поясом { $zone }, за першим місцем, за яким ви стежите. Змінити: /timezone
zone-is-utc = Година — за UTC, бо вашого часового поясу я не знаю. Вибрати: /timezone

## Як це зрозуміло

query-everything = усе про місце { $places }
query-word = { $word } (у будь-якій формі)
query-phrase = «{ $words }» (у будь-якій формі)
query-source = із джерела { $source }
query-level-least = рівень { $level } або вищий
query-level-most = рівень { $level } або нижчий
query-level-only = рівень { $level }
query-magnitude-least = магнітуда від { $value }
query-magnitude-most = магнітуда до { $value }
query-magnitude-only = магнітуда { $value }
query-depth-least = глибина від { $value } км
query-depth-most = глибина до { $value } км
query-depth-only = глибина { $value } км
query-near = { $place } і { $distance } км довкола
query-near-here = ваша геопозиція і { $distance } км довкола
query-everything-near = усе в цих межах: { $places }
query-in-near = { $what } в цих межах: { $places }
query-saved-place = збережене місце
level-green = зелений
level-yellow = жовтий
level-orange = помаранчевий
level-red = червоний
query-not = не { $what }
query-or = або
query-and = і
query-in = { $what }, місце: { $places }
query-together = { $places } (лише повідомлення, де згадано { $count ->
        [2] обидва місця
       *[other] усі ці місця
    })
query-without = { $what }, але без: { $without }

## Коли

when-now = одразу
when-hourly = щогодини
when-daily = щодня, { $at } ({ $zone })
when-weekly =
    { $day ->
        [0] щопонеділка
        [1] щовівторка
        [2] щосереди
        [3] щочетверга
        [4] щоп’ятниці
        [5] щосуботи
       *[6] щонеділі
    }, { $at } ({ $zone })
when-days = { $days } о { $at } ({ $zone })
weekdays-short = пн; вт; ср; чт; пт; сб; нд
schedule-unknown =
    Не розумію часу «{ $written }». Можна написати:
    <code>| зараз</code>
    <code>| щогодини</code>
    <code>| щодня 09:00</code>
    <code>| щотижня пн 09:00</code>
    <code>| пн-пт 09:00</code>
    Години — від 00:00 до 23:59.
    Після коми можна додати <code>без звуку</code>, <code>звук&gt;=червоний</code> або <code>сусіди</code>.
# Що можна писати: через кому; дні через крапку з комою, від понеділка до неділі.
read-now = зараз, одразу, негайно
read-hourly = щогодини, щогодинно, кожної години, раз на годину
read-daily = щодня, щоденно, кожного дня, кожен день, раз на день
read-weekly = щотижня, щотижнево, кожного тижня, кожен тиждень, раз на тиждень
read-filler = о, об, в, у, на, кожного, кожної, кожен, кожну, годині
read-and = і, й, та
read-weekdays = пн, понеділок, понеділка, щопонеділка; вт, вівторок, вівторка, щовівторка; ср, середа, середу, середи, щосереди; чт, четвер, четверга, щочетверга; пт, п'ятниця, п'ятницю, п'ятниці, щоп'ятниці, п’ятниця, п’ятницю, п’ятниці, щоп’ятниці; сб, субота, суботу, суботи, щосуботи; нд, неділя, неділю, неділі, щонеділі
read-workdays = будні, у будні, в будні, по буднях, щобудня
read-weekends = вихідні, у вихідні, на вихідних, по вихідних
read-silently = без звуку, беззвучно, тихо
read-with-sound = зі звуком, із звуком
read-sound = звук, зі звуком
read-neighbours = із сусідами, з сусідами, сусіди, сусідні
moment-day =
    { $day } { $month ->
        [1] січ.
        [2] лют.
        [3] бер.
        [4] квіт.
        [5] трав.
        [6] черв.
        [7] лип.
        [8] серп.
        [9] вер.
        [10] жовт.
        [11] лист.
       *[12] груд.
    }, { $clock }
moment-year =
    { $day } { $month ->
        [1] січ.
        [2] лют.
        [3] бер.
        [4] квіт.
        [5] трав.
        [6] черв.
        [7] лип.
        [8] серп.
        [9] вер.
        [10] жовт.
        [11] лист.
       *[12] груд.
    } { $year }, { $clock }

digest = Нові підписки надходять: { $when }. Натисніть інший час або напишіть його: <code>/digest щодня 09:00</code>
digest-chosen = Відтепер нові підписки надходять: { $when }.
digest-alerts = Тривог це теж стосується. Щоб про щось дізнаватися одразу, додайте <code>| зараз</code>, наприклад <code>/subscribe #air_alert Львів | зараз</code>
digest-others =
    { $count ->
        [one] { $count } ваша підписка надходить
        [few] { $count } ваші підписки надходять
       *[many] { $count } ваших підписок надходять
    } в інший час. Перенести { $count ->
        [1] її
       *[other] їх усі
    }?
digest-urgent =
    Про тривоги й далі сповіщаю одразу ({ $count ->
        [one] { $count } підписка
        [few] { $count } підписки
       *[other] { $count } підписок
    }).
digest-moved =
    Перенесено { $count ->
        [one] { $count } підписку
        [few] { $count } підписки
       *[many] { $count } підписок
    }: { $when }. Усі підписки: /subscriptions

## Чого не вдалося прочитати

error-empty = Скажіть, про що ви хочете чути: місце, тему чи слово. Наприклад <code>/subscribe Київ</code>
error-unbalanced = Цій дужці бракує пари:
error-unclosed-quote = Ці лапки відкрито, але не закрито:
error-dangling-operator = Тут немає чого з’єднувати: поруч чогось бракує.
error-missing-value = Тут має щось іти далі, без пробілу:
error-unknown-topic = Такої теми немає:
error-unknown-place = Такого місця я не знаю:
error-unknown-source = Джерела з такою назвою в мене немає:
error-link = Стежити за надісланим посиланням чи каналом я не можу. Натомість назвіть місце, тему або слово, наприклад <code>/subscribe Київ</code>: я шукатиму це в усіх своїх джерелах.
error-sources = Мої джерела: { $sources }
error-unknown-field = Такої властивості немає. Є рівень, магнітуда й глибина, наприклад <code>магнітуда&gt;=4,5</code>.
error-wrong-level = Рівні — зелений, жовтий, помаранчевий і червоний:
error-wrong-magnitude = Магнітуда — це число від 0 до 10:
error-wrong-depth = Глибина — це число кілометрів від 0 до 800:
error-wrong-unit = Ця одиниця не підходить. Відстань і глибина — у км або mi, магнітуда — без одиниць.
error-wrong-distance = Відстань може бути від 1 до { $limit } км:
error-distance-without-place = До відстані потрібне місце, наприклад <code>Київ +20км</code>.
error-place-without-point = Це ціла територія, або я не знаю, де саме це місце, тому не можу відміряти відстань. Оберіть місто:
error-unknown-location = Я не знаю, де ви. Спершу надішліть геопозицію (📎):
error-no-positive-term = Тут сказано лише, чого ви не хочете. Додайте, будь ласка, чого хочете:
error-too-common = Це є майже в кожному повідомленні, тож ви отримували б усі. Додайте, будь ласка, про що має йтися:
error-too-long = Забагато тексту: щонайбільше { $limit } латинських літер або вдвічі менше кириличних.
error-too-many-terms = Забагато слів і місць: щонайбільше { $limit }.
error-too-deep = Забагато дужок одна в одній: щонайбільше { $limit }.
error-suggestion = Можливо, так: <code>{ $suggestion }</code>

## Повідомлення

digest-head =
    <b>{ $count ->
        [one] { $count } повідомлення
        [few] { $count } повідомлення
       *[many] { $count } повідомлень
    }</b>
latest-all = <b>Найновіше</b>
latest = Найновіше: { $what }
    <code>{ $written }</code>
latest-none = Поки що нічого.
latest-none-here = Серед переглянутих повідомлень нічого немає. Можна шукати далі, серед давніших.
sign-alert = тривога
sign-clear = відбій
sign-warning = попередження
link-source = читати далі

## Налаштування

settings = <b>Налаштування</b>
settings-language = Мова: українська
settings-full = Повідомлення: повністю
settings-short = Повідомлення: заголовок і перше речення
settings-zone = Часовий пояс: { $zone }
settings-no-zone = Часовий пояс: UTC, доки ви не підпишетеся на місце або не виберете самі
settings-digest = Нові підписки надходять: { $when }. Змінити: /digest
settings-subscriptions =
    { $count ->
        [0] Підписок ще немає: /subscribe
       *[other] Підписок: { $count }. Переглянути: /subscriptions
    }
language-choose = Якою мовою мені говорити?
language-chosen = Тепер я говорю українською.
language-unknown = Такою мовою я ще не говорю. Є такі: { $languages }. Наприклад <code>/language uk</code>
zone-choose = Натисніть пояс або напишіть свій пояс чи місто: <code>/timezone Київ</code>
zone-chosen = Часовий пояс: { $zone }. Там зараз { $clock }.
zone-fixed = Цей час не переходить на літній і зимовий. Якщо у вас переходить, виберіть місто:
zone-near = Я не знаю часового поясу «{ $written }». Можливо, <code>/timezone { $zone }</code>?
zone-unknown = Я не знаю часового поясу «{ $written }». Напишіть місто або пояс: <code>/timezone Київ</code>

## Перевірки

drill = Це лише перевірка: хтось у цьому чаті попросив про неї командою /test. <b>Тривоги немає.</b> Робити нічого не треба.
drill-sound = Тривога надходить так само: одразу й зі звуком, який ви налаштували для цього чату.
drill-silent = Тривога надходить так само, без звуку: так ви налаштували. Змінити: /subscriptions
drill-short = Лише перевірка. Тривоги немає.
drill-waits = Попередня перевірка ще не надійшла. Зачекайте на неї, будь ласка.
drill-nothing = Перевірка працює, але жодна тривога до цього чату не дійшла б: він ще ні за чим не стежить. Змінити: /subscribe
drill-digests = Перевірка надходить одразу, а тривога — ні: усе, за чим стежить цей чат, збирається на потім. Щоб чути одразу, додайте <code>| зараз</code>: /subscribe

## Що відомо про чат

export =
    <b>Усе, що я знаю про цей чат</b>
    Щоб повернути це, тут чи в іншому чаті, дайте відповідь <code>/import</code> { $count ->
        [1] на повідомлення нижче або вставте його після команди.
       *[other] на кожне з повідомлень нижче або вставте їх після команди по одному. Повідомлень: { $count }.
    }
export-cut = Одна з підписок задовга для одного повідомлення й надходить частинами. Щоб повернути її, надішліть її ще раз командою /subscribe.
import-how =
    Вставте те, що дав /export, після команди: <code>/import</code>, а далі текст. Або дайте відповідь <code>/import</code> на повідомлення з ним.
import-file = Файлів я поки не відкриваю. Відкрийте його, будь ласка, скопіюйте вміст і вставте після <code>/import</code>
import-opml = Це список стрічок. За якими джерелами стежити, вирішує той, хто мене запустив, тож узяти його я не можу. Натомість скажіть, про що хочете чути, і я шукатиму це в усіх: /subscribe
import-too-long = Для /export це задовге. Вставляйте, будь ласка, його повідомлення по одному. Нічого не змінилося.
import-not-ours = Це не те, що дає /export, тож нічого не змінилося. Воно починається з <code>{ "{" }"tocsin":</code>
import-broken = У позначеному місці з текстом щось не так. Можливо, скопійовано не все. Нічого не змінилося.
import-version = Це створила інша моя версія ({ $found }), а я читаю лише { $version }. Нічого не змінилося.
import-missing = Чогось бракує: <code>{ $place }</code>. Нічого не змінилося.
import-unknown = Я не знаю, що це означає: <code>{ $place }</code>. Нічого не змінилося.
import-wrong = Цього я взяти не можу: <code>{ $place }</code> — це <code>{ $found }</code>. Нічого не змінилося.
import-place = Цього я взяти не можу, тож нічого не змінилося: <code>{ $place }</code>
import-too-many = Із цим підписок у чату стало б { $count }, а можна щонайбільше { $most }. Нічого не змінилося. Звільнити місце: /unsubscribe
imported =
    Налаштування повернуто. Нових підписок: { $new }. Уже було: { $known }.
    Переглянути: /subscriptions
forget-ask =
    <b>Стерти все, що я знаю про цей чат, з усіма його темами?</b>
    { $count ->
        [0] Підписок немає, але є налаштування
        [one] Це { $count } підписка й налаштування
        [few] Це { $count } підписки й налаштування
       *[many] Це { $count } підписок і налаштування
    }. Повернути їх не можна, і сюди більше нічого не надходитиме.
forgotten =
    <b>Стерто:</b> номер цього чату, його мову, часовий пояс і налаштування. Підписок: { $count }. Ненадісланих повідомлень: { $waiting }.
    Те, що я писав тут раніше, лишається у вашому Телеграмі. Якщо напишете мені знову, почнемо спочатку.
forget-kept = Нічого не стерто.

## Кнопки й короткі сповіщення

button-follow = Підписатися
button-more = Читати далі
button-why = Чому?
button-place-instead = Інше: { $place }
button-word-instead = Інше: слово «{ $word }»
button-all-places =
    { $count ->
        [2] Лише повідомлення, де є обидва
       *[other] Лише повідомлення, де є всі ({ $count })
    }
button-any-place = Повідомлення про будь-яке з місць
button-move-alerts = Перенести й тривоги
button-remove = ✕ { $number }
button-hush = 🔕 { $number } без звуку
button-ring = 🔔 { $number } зі звуком
button-back = ‹ Назад
button-whole-topic = Усе: { $topic }
button-forth = Далі ›
button-newer = ‹ Новіші
button-older = Давніші ›
button-language = Мова
button-short = Показувати лише заголовок і перше речення
button-full = Показувати повідомлення повністю
button-move = Перенести все
button-zone = Часовий пояс
button-settings = ‹ Налаштування
button-erase = Стерти все
button-keep = Залишити все
answer-old-button = Ця кнопка вже застаріла. Надішліть, будь ласка, команду ще раз.
answer-gone = Цього вже немає.
answer-report-gone = Це повідомлення вже не зберігається.
answer-already = Ви вже за цим стежите.
answer-already-chosen = Це вже так.
answer-changed = Змінено.
answer-erased = Стерто.
answer-removed = Прибрано.
answer-ring = Відтепер зі звуком.
answer-hush = Відтепер без звуку.
answer-too-many =
    У цього чату вже { $count ->
        [one] { $count } підписка
        [few] { $count } підписки
       *[many] { $count } підписок
    }, більше не можна. Спершу приберіть якусь.
answer-not-administrator = Змінювати це можуть лише адміністратори групи.
answer-failed = Не вдалося. Це записано в журнал, і нічого не змінилося.

## /why

why-usage = Дайте відповідь /why на моє повідомлення — і я скажу, чому воно надійшло. Щоб дізнатися, чому щось не надійшло, напишіть /why і посилання або заголовок.
why-came = Надійшло до мене: { $at }, джерело: { $source }.
why-arrived = Ви це отримали.
why-arrived-silent = Ви це отримали, без звуку.
why-silent-chat-news = Прийшло без звуку, бо в цьому чаті звук мають лише тривоги: /settings
why-silent-chat = Прийшло без звуку, бо в цьому чаті все без звуку: /settings
why-silent-quiet = Прийшло без звуку через ваші тихі години: /quiet
why-silent-subscription = Прийшло без звуку, бо так налаштовано цю підписку: /subscriptions
why-silent-level =
    Прийшло без звуку, бо ваша підписка має звук { $level ->
        [1] лише від жовтого рівня
        [2] лише від помаранчевого рівня
       *[3] лише від червоного рівня
    }: /subscriptions
why-silent-neighbour = Прийшло без звуку, бо це про сусідню територію.
why-silent-default =
    Прийшло без звуку, бо попередження мають звук { $level ->
        [0] завжди
        [1] від жовтого рівня
        [2] від помаранчевого рівня
       *[3] від червоного рівня
    }. Щоб змінити це для підписки: /subscribe … <code>| зараз, звук&gt;=жовтий</code>
why-silent-unplaced = Прийшло без звуку, бо місце визначити не вдалося: це може бути далеко від вас.
why-waiting = Іде до вас.
why-retried = Поки що не доставлено ({ $why }), буде ще одна спроба.
why-failed = Доставити не вдалося: { $why }.
why-held = Чекає на ваш наступний дайджест.
why-owed = Іде до вас або прийшло запізно, щоб надсилати.
why-folded = Те саме вже було в іншому повідомленні ({ $source }, { $at }), тому вдруге не надіслано.
why-not-owed = Вам це не надсилалося.
why-missed = Ці тривоги дійшли до мене надто пізно, щоб будити вас. Усі вони перелічені в одному повідомленні без звуку.
why-missed-came = Оголошено: { $raised }. Дійшло до мене: { $at }. Джерело: { $source }.
why-not-known = Останнім часом жодне моє джерело цього не приносило. Якби принесло:
why-nothing-followed = Ви ще ні за чим не стежите: /subscribe
why-asked = { $count ->
    [one] Ви стежите за { $count } темою з цього повідомлення:
   *[other] Ви стежите за { $count } темами з цього повідомлення:
    }
why-asked-line = • { $what } — { $when }
why-asked-because = • { $what } — { $when }. Тут є: { $words }
why-asked-neighbour = • { $what } — { $when }. Це про сусідню територію, а ви отримуєте й тривоги поруч
why-distance = { $place }: { $distance } км
why-distance-here = { $distance } км від вашої геопозиції
why-word = «{ $word }»
why-not-asked = Тут немає нічого, за чим ви зараз стежите:
why-missing = • { $what }. Бракує: { $missing }
why-unwanted = • { $what }. Тут є те, що ви виключили: { $unwanted }
## Джерела, для тих, хто тримає бота

about-sources = стан джерел (це бачите лише ви)
sources-none = Жодного джерела не налаштовано.
sources-head = <b>{ $count ->
        [one] { $count } джерело
        [few] { $count } джерела
       *[many] { $count } джерел
    }</b>{ $dead ->
        [0] , усі відповідають
       *[other] , не відповідає: { $dead }
    }
source-good = 🟢 { $name } ({ $kind })
source-shaky = 🟡 { $name } ({ $kind }): остання спроба невдала
source-dead = 🔴 { $name } ({ $kind }): не відповідає
source-new = ⚪ { $name } ({ $kind }): ще не читалося
source-told = 🔵 { $name } ({ $kind }): надсилає саме
source-last = востаннє вдало { $at }, { $span } тому
source-never = вдалих спроб ще не було
source-unheard = ще нічого не надіслало
source-took = тривало { $span }
source-next = знову через { $span }
source-error = Невдалих спроб поспіль: { $count }. { $error }
source-unknown = Місця, яких я не знаю ({ $count }): { $places }
span-days = { $count } дн
span-hours = { $count } год
span-minutes = { $count } хв
span-seconds = { $count } с
page-dead = 🔌 <b>Джерело не відповідає:</b> { $name } ({ $last }). { $error }
page-back = 🔌 <b>Джерело знову відповідає:</b> { $name }, через { $span } після повідомлення.
## Тихі години, паузи та зібране

about-quiet = Години, коли новини чекають
about-pause = На якийсь час лише тривоги
about-resume = Завершити паузу
usage-quiet = [22:00-07:00 | вимкнути]
usage-pause = [2 год]
quiet-none = Тихих годин немає. Натисніть одні з цих або напишіть свої: <code>/quiet 22:00-07:00</code>
quiet-hours = <b>Тихі години:</b> щодня { $begin }–{ $end } ({ $zone })
quiet-on = Зараз тихо, до { $until }.
quiet-ends = Тиша закінчилася. Якщо щось чекало, воно надійде за мить.
quiet-news = Новини чекають. Коли тиша закінчиться, ви отримаєте одне повідомлення з тим, що на той час іще правда.
quiet-alerts-ring = Тривоги надходять зі звуком, як завжди.
quiet-alerts-silent = Тривоги надходять одразу, але без звуку.
quiet-alerts-held = <b>Тривоги теж чекають: не надійде нічого.</b>
quiet-alerts-later =
    Тривоги надходять зі звуком. Під час паузи вони { $waits ->
        [0] надходять без звуку.
       *[other] чекають.
    }
quiet-held-so-far = Те, що чекало досі, надійде, коли тиша закінчиться.
quiet-unknown =
    Не розумію годин «{ $written }». Можна написати:
    <code>/quiet 22:00-07:00</code>
    <code>/quiet вимкнути</code>
    Години — від 00:00 до 23:59.
quiet-no-length = Тихим годинам потрібні початок і інший кінець, наприклад <code>/quiet 22:00-07:00</code>. На якийсь час відтепер: <code>/pause 8 год</code>
quiet-summary = <b>Поки було тихо:</b> { $what }
quiet-alerts-over =
    { $count ->
        [one] { $count } тривога, уже відбій
        [few] { $count } тривоги, усюди відбій
       *[many] { $count } тривог, усюди відбій
    }
quiet-alerts-on =
    { $count ->
        [one] { $count } тривога
        [few] { $count } тривоги
       *[many] { $count } тривог
    }; відбою ще немає: { $places }
quiet-reports =
    { $count ->
        [one] { $count } повідомлення
        [few] { $count } повідомлення
       *[many] { $count } повідомлень
    }
paused = <b>Пауза до { $until }.</b>
paused-news = Новини чекають і надійдуть одним повідомленням, коли пауза закінчиться.
paused-longer = Далі ваші тихі години: буде тихо до { $until }.
paused-change = Завершити: /resume. Що тим часом роблять тривоги: /quiet
pause-unknown =
    Не розумію, скільки це — «{ $written }». Можна написати:
    <code>/pause 30 хв</code>
    <code>/pause 2 год</code>
    <code>/pause 1 день</code>
    <code>/pause до 07:00</code>
pause-too-long = Це надто довго. Пауза може тривати щонайбільше { $days } днів.
resumed = Паузу завершено.
resume-nothing = Паузи немає.
resume-hours = Це ваші тихі години. Змінити: /quiet
settings-quiet = Тихі години: { $begin }–{ $end }
settings-no-quiet = Тихі години: немає
digest-nothing = Від минулого разу нічого нового.
digest-nothing-told = Коли нового немає, я так і скажу.
digest-nothing-untold = Коли нового немає, нічого не надходить.
digest-more =
    … і ще { $count ->
        [one] { $count } давніше повідомлення
        [few] { $count } давніші повідомлення
       *[many] { $count } давніших повідомлень
    }: /latest
digest-untitled = Інше
button-alerts-ring = 🔔 Тривоги зі звуком
button-alerts-silent = 🔕 Тривоги без звуку
button-alerts-held = Тривоги чекають
button-quiet-off = Без тихих годин
button-quiet = Тихі години
button-digest = Коли надходять новини
button-nothing-told = Казати й тоді, коли нового немає
button-nothing-untold = Не казати, коли нового немає
button-minutes = { $count } хв
button-hours = { $count } год
button-resume = Завершити паузу
# Що можна писати, через кому.
read-off = вимкнути, вимкни, ні, немає, без
read-from = з, із, від
read-to = до, по
read-command-pause = пауза, тиша
read-command-quiet = тихі години, тихо
read-command-digest = дайджест, зведення
read-minutes = хв, хвилина, хвилину, хвилини, хвилин
read-hours = г, год, година, годину, години, годин
read-half-hours = пів години, півгодини; півтори години, півтора години
read-weeks = тиждень, тижні, тижнів, тижня, тиж
read-for = на, протягом
read-days = д, день, дні, днів, доба, добу, доби, добі, дня, діб
read-am = ранку
read-pm = дня, вечора

## /stats

stats-people = <b>Люди</b>: { $count }, ще { $suspended } зараз недоступні
stats-languages = Мови: { $languages }
stats-subscriptions = <b>Підписки</b>: { $count }
stats-places = Найчастіші місця: { $places }
stats-reports = <b>Повідомлення</b>: { $hour } за останню годину, { $day } за добу
stats-nothing-waits = <b>Черги немає.</b>
stats-waits = <b>У дорозі</b>: { $count ->
    [one] { $count } розсилка
    [few] { $count } розсилки
   *[other] { $count } розсилок
    }, найстаріша з { $since }
stats-announcements = <b>Оголошення в дорозі</b>: { $count }
stats-lanes = Окремі повідомлення: { $lanes }
stats-failed = Не доставлено: { $count }. Див. /failed
lane-reply = відповіді
lane-alert = тривоги
lane-news = новини
lane-edit = зміни
lane-digest = дайджести
lane-announcement = оголошення
## A topic that cannot be written to

topic-lost = <b>Для адміністраторів:</b> я не можу писати в одну з тем цієї групи: її закрито або видалено. Те, що призначено для неї, тепер надходить сюди. Відкрийте її знову, і я знову писатиму там.

## /failed

about-failed = що не вдалося доставити й чому (це бачите лише ви)
failed-none = Недоставлених повідомлень немає.
failed-head = <b>Не доставлено { $count ->
        [one] { $count } повідомлення
        [few] { $count } повідомлення
       *[other] { $count } повідомлень
    }</b>, найновіші спочатку. Кнопка — спробувати ще раз.
failed-entry = { $at }. { $when }, { $lane }, чат <code>{ $chat }</code>
    { $said }
    { $why }
failed-again = Надсилаю ще раз: { $count }.
button-again-all = ↻ Усі { $count }
too-fast = Ви пишете швидше, ніж я встигаю відповідати, тож <b>цього я не зробив</b>. Зачекайте, будь ласка, кілька секунд і надішліть ще раз.
answer-too-fast = Повільніше, будь ласка. Нічого не змінилося: натисніть ще раз за кілька секунд.
## Тривоги

about-alerts = Де зараз тривога
usage-alerts = [МІСЦЕ]
incident-air-raid = Повітряна тривога
incident-shelling = Загроза артобстрілу
incident-fights = Загроза вуличних боїв
incident-chemical = Хімічна загроза
incident-radiation = Радіаційна загроза
incident-weather = Метеорологічне попередження
incident-quake = Попередження про землетрус
incident-other = Тривога
incident-over = Більше не діє. { $what }: { $place }
incident-issued = Оголошено: { $at }
incident-until = Діє до: { $until }
incident-level-red = Рівень: червоний
incident-level-orange = Рівень: помаранчевий
incident-level-yellow = Рівень: жовтий
incident-threats = { $count ->
        [1] Загроза
       *[other] Загрози
    }: { $threats }
incident-since = Триває з { $since }
incident-warned = Попередження з { $since }: ще не почалося
incident-lasted = Тривала { $lasted }: { $since } – { $until }
incident-applied = Діяло { $lasted }: { $since } – { $until }
incident-confirmed = підтверджують: { $sources }
incident-unknown = З { $since } ніхто не може сказати мені, чи вона триває. Це не відбій.
incident-known-last = Що було відомо востаннє:
incident-known-again = Мої джерела знову відповідають, і тривога досі триває.
incident-late = дійшло до вас через { $late }
missed-head = <b>Про що не вдалося сказати вчасно</b>
alerts-head = <b>Триває зараз</b>
alerts-in = <b>Триває зараз: { $place }</b>
alerts-none = Мені не відомо про жодну тривогу зараз.
alerts-none-in = { $place }: мені не відомо про жодну тривогу зараз.
alerts-unwatched = <b>Я не знаю, чи є зараз тривога:</b> останнім часом жодне моє джерело про тривоги не повідомляло. Це не відбій.
alerts-stale = <b>Я не знаю, чи є зараз тривога.</b> Мої джерела не відповідають з { $at }: тривога може бути.
alerts-fresh = Перевірено { $span } тому.
alerts-more =
    { $count ->
        [one] І ще { $count }.
        [few] І ще { $count }.
       *[many] І ще { $count }.
    }
alerts-near = Я не знаю місця «{ $written }». Можливо, одне з цих?
alerts-no-place = Я не знаю місця «{ $written }». Наприклад: <code>/alerts Київ</code>
alerts-others = Якщо ви мали на увазі інше місце:
moment-seconds = { $seconds } с
moment-length =
    { $hours ->
        [0] { $minutes } хв
       *[other] { $hours } год { $minutes } хв
    }
settings-changes-graver = Поки триває тривога, сповіщаю ще раз, коли стає гірше
settings-changes-all = Поки триває тривога, сповіщаю про кожну зміну
settings-changes-none = Сповіщаю, лише коли тривога починається й коли закінчується
button-all-clear = Відбій. { $what }: { $place }
button-changes-graver = Сповіщати ще раз, коли стає гірше
button-changes-all = Сповіщати про кожну зміну тривоги
button-changes-none = Сповіщати лише про початок і кінець
## Groups, channels, announcements

group-greeting = Вітаю! Я сповіщаю тут про те, що вибере ця група. Вибирає адміністратор, наприклад: <code>/subscribe Київ</code>. Усі команди: /help
about-channel = Налаштувати канал звідси
usage-channel = [НАЗВА КОМАНДА]
channel-added = Тепер я можу писати в <b>{ $title }</b>.
channel-how = Вибрати звідси, про що там писати: <code>/channel { $name } /subscribe Київ</code>. Так само після назви пишеться будь-яка інша команда, а відповідь приходить сюди.
channel-list = <b>Канали, які ви можете налаштувати</b>
channel-none = Немає каналу, де ви адміністратор і куди я пишу. Зробіть мене адміністратором свого каналу з правом публікувати: тоді я напишу вам сюди.
channel-unknown = Немає каналу «{ $name }», де ви адміністратор і куди я пишу. Ті, що я знаю: /channel
button-channel = Налаштування каналу
answer-not-your-channel = Налаштувати цей канал можуть лише його адміністратори.
answer-read-in-private = Те, що я пишу тут, бачать усі читачі. Щоб читати далі, напишіть мені особисто.
settings-channel = Один допис для всіх читачів каналу: мова, часовий пояс і тихі години в усіх однакові
settings-sound-everything = Звук: для тривог і повідомлень
settings-sound-alerts = Звук: лише для тривог; повідомлення надходять без звуку
settings-sound-nothing = Звук: вимкнено; усе надходить без звуку
button-sound-everything = 🔔 Усе зі звуком
button-sound-alerts = 🚨 Зі звуком лише тривоги
button-sound-nothing = 🔕 Усе без звуку
subscribed-sound =
    { $level ->
        [-1] Надходитиме без звуку.
        [0] Завжди надходитиме зі звуком.
        [1] Зі звуком — від жовтого рівня; усе нижче — без звуку.
        [2] Зі звуком — від помаранчевого рівня; усе нижче — без звуку.
       *[3] Зі звуком — від червоного рівня; усе нижче — без звуку.
    }
subscribed-neighbours = Тривоги на сусідніх територіях теж надходитимуть, без звуку.
subscribed-no-neighbours = Сусідів не додано: я знаю їх лише для місць в Україні та для округів і штатів США, і лише для того, що надходить одразу.
subscribed-choose-when = Коли сповіщати?
subscribed-choose-sound = Коли сповіщати зі звуком?
button-when = 🕘 Коли
button-sound = 🔔 Звук
button-back-to-subscription = ‹ Назад
button-sound-default = 🔔 Як зазвичай: попередження — від { $level ->
        [0] зеленого
        [1] жовтого
        [2] помаранчевого
       *[3] червоного
    }
button-sound-always = 🔊 Завжди
button-sound-from-orange = 🟠 Від помаранчевого
button-sound-from-red = 🔴 Від червоного
button-sound-silent = 🔕 Без звуку
button-neighbours-on = ➕ Тривоги поруч, без звуку
button-neighbours-off = ➖ Без тривог поруч
drill-soundless = У цьому чаті вона надходить без звуку: тут усе без звуку. Змінити: /settings
about-announce = Сказати щось усім
usage-announce = ТЕКСТ
announce-usage = Напишіть після команди те, що мають прочитати всі: <code>/announce ТЕКСТ</code>. Спершу побачите самі.
announce-too-long = Це задовге для одного повідомлення. Нічого не надіслано.
announce-preview = <b>Ось так це виглядатиме. Ще нічого не надіслано.</b>
announce-cancelled = Нічого не надіслано.
announce-under-way = <b>Надсилається: отримали { $arrived } з { $count }.</b>
announce-stopped = <b>Зупинено: отримали { $arrived } з { $count }.</b>
announce-done = <b>Готово: отримали { $arrived } з { $count }.</b>
announcement-from = від тих, хто веде цього бота
why-announcement = Ті, хто веде цього бота, надіслали це всім.
button-announce =
    { $count ->
        [one] Надіслати в { $count } чат
        [few] Надіслати в { $count } чати
       *[other] Надіслати в { $count } чатів
    }
button-cancel = Скасувати
button-refresh = ↻ Оновити
button-stop = ■ Зупинити
answer-announce-stopped = Зупинено. Більше ніхто не отримає.
answer-announce-over = Зупиняти вже нічого.

## Saved places

locate-kept = Щоб зберегти це місце під назвою, натисніть «Зберегти як…». Упродовж доби <code>тут +50км</code> означає це місце; спершу я округлюю його до 1 км.
button-save-place = 📍 Зберегти як…
about-places = Ваші місця, як-от «Дім»
usage-places = [НАЗВА = МІСЦЕ +10км]
places = <b>Збережені місця: { $count }</b>
places-none = Збережених місць поки немає.
places-line =
    📍 <b>{ $name }</b>: { $where }, радіус { $distance } км{ $count ->
        [0] {""}
       *[other] {""} · підписок: { $count }
    }
places-how =
    <code>/places Мама = Київ +10км</code> — зберегти або перенести місце
    <code>/places Мама +20км</code> — змінити радіус
    <code>/places видалити Мама</code> — видалити
    Або надішліть мені геопозицію (📎) і натисніть «Зберегти як…». Місця я округлюю до 1 км.
place-saved = ✅ Збережено: <b>{ $name }</b> — { $where }, радіус { $distance } км.
place-moved = ✅ Змінено: <b>{ $name }</b> — { $where }, радіус { $distance } км.
place-followers =
    { $count ->
        [1] Разом із місцем змінилася підписка:
       *[other] Разом із місцем змінилися підписки ({ $count }):
    }
place-use = Назву можна вживати як будь-яке місце: <code>/subscribe { $name }</code>, <code>/alerts { $name }</code>, <code>/latest { $name }</code>. Тривога для більшої території навколо теж рахується.
place-name-no-letter = У назві має бути хоча б одна літера, наприклад <code>/places Мама = Київ</code>
place-name-too-long = Назва задовга: щонайбільше { $limit } символів.
place-name-reserved = «{ $name }» для мене вже означає інше, тож не може бути назвою місця. Оберіть, будь ласка, іншу, наприклад <code>Мама</code>
place-not-one = Для <b>{ $name }</b> потрібен один населений пункт, наприклад <code>/places { $name } = Київ +10км</code>
place-send-location = Або надішліть мені геопозицію (📎) і натисніть «Зберегти як…».
place-too-many = У чаті може бути щонайбільше { $limit } збережених місць. Нічого не змінено. Звільнити місце: /places
place-unknown = Збереженого місця «{ $name }» немає. Усі місця: /places
place-usage = Не розумію. Наприклад: <code>/places Мама = Київ +10км</code>, <code>/places Мама +20км</code>, <code>/places видалити Мама</code>. Усі ваші місця: /places
place-removed = Видалено: <b>{ $name }</b>.
place-removed-with = Видалено: <b>{ $name }</b>, підписок: { $count }.
place-in-use = <b>{ $name }</b> є в підписках ({ $count }), їх теж буде видалено:
button-remove-place = ✕ { $name }
button-remove-place-with =
    { $count ->
        [1] Видалити разом із підпискою
       *[other] Видалити разом із підписками ({ $count })
    }
button-keep-place = Залишити
place-ask-name = Як назвати це місце? Надішліть назву, наприклад <code>Мама</code>. Чекатиму { $minutes } хвилин.
distance =
    📍 { $distance } км на { $direction ->
        [0] північ
        [1] північний схід
        [2] схід
        [3] південний схід
        [4] південь
        [5] південний захід
        [6] захід
       *[other] північний захід
    } від місця «{ $place }»
distance-here =
    📍 { $distance } км на { $direction ->
        [0] північ
        [1] північний схід
        [2] схід
        [3] південний схід
        [4] південь
        [5] південний захід
        [6] захід
       *[other] північний захід
    } від вашої геопозиції
distance-at = 📍 Зовсім поруч: { $place }
distance-at-here = 📍 Зовсім поруч із вашою геопозицією
place-not-saved = Не збережено. Щоб зберегти місце, надішліть мені геопозицію (📎).
alerts-within = <b>Тривоги зараз: { $circle }</b>
alerts-none-near = Зараз мені невідомо про жодну тривогу: { $circle }.
read-remove = видалити вилучити прибрати

## Спробувати підписку

button-try = Перевірити так
button-try-subscription = 🧮 Перевірити
button-try-again = 🔄 Ще раз
button-try-topic = ➕ { $topic }
answer-try-busy = Зараз рахую для когось іншого. Спробуйте ще раз за кілька секунд.
try-usage = Напишіть, на що хочете підписатися, наприклад <code>/try Київ</code>. Я порахую, скільки всього вже надійшло б, але нічого з цього не надсилатиму.
try-head = Якби ви вже були підписані: { $what }
try-written = <code>{ $written }</code>
try-count =
    <b>Сповіщень { $days ->
        [1] за останню добу
        [one] за останній { $days } день
        [few] за останні { $days } дні
       *[other] за останні { $days } днів
    }: { $count }</b>
    🔔 Зі звуком: { $sound }
    🌙 Уночі, 22:00–07:00: { $night }
try-digest =
    <b>Повідомлень { $days ->
        [1] за останню добу
        [one] за останній { $days } день
        [few] за останні { $days } дні
       *[other] за останні { $days } днів
    }: { $count }</b>
    Усі — в дайджесті, { $when }
try-none =
    <b>{ $days ->
        [1] За останню добу
        [one] За останній { $days } день
        [few] За останні { $days } дні
       *[other] За останні { $days } днів
    } не надійшло б нічого</b>
try-no-reports = Повідомлень у мене ще немає, тож рахувати нічого.
try-limit = Пораховано лише від: { $since }. Є ще давніші повідомлення.
try-many = Забагато? Додайте тему кнопкою внизу.
try-newest = Останні:
