# Italiano. Le chiavi che cominciano con about-, answer-, button-, link-, moment-, read-, when-
# si mostrano senza marcatura; tutte le altre possono contenere l'HTML di Telegram.

## Saluti e aiuto

start =
    <b>Tocsin</b> ti avvisa di ciò che chiedi: allarmi aerei e notizie sui luoghi, i temi e le parole che scegli.
start-where = Dove? Tocca un luogo, scrivine il nome o invia la tua posizione (📎).
start-what = Che cosa vuoi sapere di <b>{ $place }</b>?
button-oblasts = Regioni
button-cities = ◂ Città
button-alerts = 🔴 Allarmi aerei
button-important = ❗ Importante
button-everything = 📰 Tutto
start-newest = L’ultima notizia:
start-nothing-yet = Finora nessuna notizia.
start-test = Per vedere come ti arriva un allarme: /test
start-again =
    Bello ritrovarti. Segui { $count ->
        [one] una cosa
       *[other] { $count } cose
    }: /subscriptions
    Tutti i comandi: /help
start-confirm = Questo link ti propone di seguire: { $what }.
start-bad-link = Questo link non è valido, quindi non è cambiato nulla. Puoi scrivere tu che cosa vuoi seguire, per esempio <code>/subscribe Kyiv</code>
locate = Sei qui o vicino: { $places }. Per riceverne le notizie, tocca il luogo:
locate-nowhere = Non conosco città lì vicino. Puoi scrivere il nome di un luogo.
examples =
    <code>/subscribe Kyiv</code> — tutto su un luogo
    <code>/subscribe #air_alert Leopoli</code> — gli allarmi aerei lì
    <code>/subscribe ferrovia Kherson</code> — le due cose insieme
    <code>/subscribe drone O missile</code> — l’una o l’altra
    <code>/subscribe Odessa -calcio</code> — ma senza una parola
    <code>/subscribe Polonia | ogni giorno 09:00</code> — in un messaggio al giorno
help = <b>Comandi</b>
unknown = Non conosco questo comando. Tutti i comandi: /help
unknown-near = Non conosco questo comando. Intendevi /{ $command }? Tutti i comandi: /help
id-person = Il tuo numero: <code>{ $id }</code>
id-chat = Il numero di questa chat: <code>{ $id }</code>
privacy =
    <b>Che cosa si conserva</b>
    Il numero di questa chat su Telegram, la lingua, il fuso orario e le impostazioni, ciò che la chat segue e quali canali si impostano da qui. Quello che mi scrivi si cancella appena ti ho risposto.

    <b>Che cosa no</b>
    Il tuo nome, il numero di telefono, i contatti.

    <b>Luoghi</b>
    I luoghi che salvi con /places, arrotondati a 1 km, finché non li rimuovi. L’ultima posizione che mi hai mandato, arrotondata a 1 km, per un giorno: è ciò che significa <code>qui</code>.

    Nulla viene ceduto ad altri. /unsubscribe cancella ciò che non segui più, /forget tutto; /export mostra tutto. Se mi blocchi, non ti mando più nulla.
failed = Non ha funzionato. L’errore è stato registrato e non è cambiato nulla. Riprova, per favore.
not-administrator = Solo gli amministratori di questo gruppo possono cambiare ciò che riceve. Puoi sempre scrivermi in privato.

about-bot = Ti avvisa di ciò che chiedi: allarmi aerei e notizie sui luoghi, i temi e le parole che scegli. Tocca Avvia: bastano tre tocchi.
about-bot-short = Allarmi aerei e notizie sui luoghi, i temi e le parole che scegli.
about-start = Che cos’è
about-subscribe = Seguire un luogo, un tema o una parola
about-topics = Gli argomenti a cui iscriversi
about-subscriptions = Che cosa segui
about-unsubscribe = Smettere di seguire qualcosa
about-latest = Le ultime notizie
about-try = Che cosa porterebbe un’iscrizione
about-digest = Quando avvisarti: subito o in un riepilogo
about-why = Perché un messaggio è arrivato, o no
about-stats = Chi ascolta e quanto resta da inviare
about-settings = Lingua, fuso orario, lunghezza
about-language = Scegliere la lingua
about-timezone = Scegliere il fuso orario
about-id = Il tuo numero su Telegram
about-test = Provare come ti arriva un allarme
about-export = Tutto ciò che si sa di questa chat, da conservare
about-import = Ripristinare ciò che ha dato /export
about-forget = Cancellare tutto ciò che si sa di questa chat
about-privacy = Che cosa si conserva di te
about-help = Tutti i comandi
usage-subscribe = COSA [| QUANDO]
usage-unsubscribe = [NUMERO]
usage-latest = [COSA] [QUANTE]
usage-try = COSA [| QUANDO]
usage-why = [LINK O TESTO]
usage-import = TESTO
usage-digest = [QUANDO]
usage-language = [CODICE]
usage-timezone = [FUSO]

## Seguire

subscribed = Ti avviso subito di: { $what }.
subscribed-digest = Ti avviso di: { $what } — in un riepilogo, { $when }.
subscribed-ambiguous = Se intendevi altro, toccalo:
subscribed-guessed = Nessun luogo si chiama così. Se intendevi uno di questi, toccalo:
subscribe-ask = Intendevi <b>{ $guess }</b>? Non conosco nessun luogo che si chiami «{ $written }». L’iscrizione parte solo dopo la tua scelta.
subscribe-ask-layout = Intendevi <b>{ $guess }</b>? Sembra che «{ $written }» sia scritto con un’altra tastiera. L’iscrizione parte solo dopo la tua scelta.
subscribe-ask-part = «{ $written }» è una zona di <b>{ $guess }</b>, e gli allarmi valgono per tutta la città. Vuoi iscriverti alla città? L’iscrizione parte solo dopo la tua scelta.
subscribe-undone = Iscrizione annullata: { $what }.
subscribed-places =
    { $count ->
        [1] Comprende le notizie che citano { $places } o un luogo al suo interno, e gli allarmi per un’area più grande che lo contiene.
       *[other] Comprende le notizie che citano { $places } o un luogo al loro interno, e gli allarmi per un’area più grande che ne contiene uno.
    }
subscribed-words = Una parola vale in tutte le sue forme, ma non come parte di un’altra.
query-any-alert = qualsiasi allarme
button-undo = ↩️ Annulla
button-word-typed = La parola «{ $word }»
subscribed-no-level = ⚠️ Nessuna delle mie fonti indica di solito un livello: potrebbe non arrivare nulla. Fonti che lo fanno: { $kinds }.
subscribed-no-magnitude = ⚠️ Nessuna delle mie fonti indica di solito una magnitudo: potrebbe non arrivare nulla. Fonti che lo fanno: { $kinds }.
subscribed-no-depth = ⚠️ Nessuna delle mie fonti indica di solito una profondità: potrebbe non arrivare nulla. Fonti che lo fanno: { $kinds }.
topics = <b>Argomenti.</b> Un argomento comprende tutti quelli sotto di esso. Toccane uno per iscriverti, o aggiungi un luogo: <code>/subscribe #drone Kyiv</code>
topics-children = Toccane uno per iscriverti, per tutti i luoghi.
subscribe-already = Lo segui già: { $what } — { $when }. Tutto ciò che segui: /subscriptions
subscribe-one-command = Un comando per messaggio, per favore: non è cambiato nulla. Invia i comandi uno alla volta.
subscribe-too-many =
    Questa chat segue { $count ->
        [one] una cosa
       *[other] { $count } cose
    }, e non può seguirne di più. Prima togline una: /unsubscribe
unsubscribed = Non ti avviso più di: { $what }.
unsubscribe-no-such =
    Questo numero non c’è: segui { $count ->
        [one] una cosa
       *[other] { $count } cose
    }. Vedi /subscriptions
subscriptions =
    <b>Segui { $count ->
        [one] una cosa
       *[other] { $count } cose
    }</b>
subscriptions-none = Non segui ancora nulla. Per esempio:
subscription = { $what } — { $when }
subscription-silent = senza suono
subscription-sound-from =
    con suono { $level ->
        [0] sempre
        [1] dal livello giallo
        [2] dal livello arancione
       *[3] dal livello rosso
    }
subscription-neighbours = e, in silenzio, gli allarmi accanto
zone-of-place = Gli orari sono quelli di { $zone }, come nel primo luogo che segui. Per cambiare: /timezone
zone-is-utc = Gli orari sono in UTC, perché non conosco il tuo fuso orario. Per sceglierlo: /timezone

## Come è stato inteso

query-everything = tutto su { $places }
query-word = { $word } (in ogni forma)
query-phrase = «{ $words }» (in ogni forma)
query-source = dalla fonte { $source }
query-level-least = livello { $level } o superiore
query-level-most = livello { $level } o inferiore
query-level-only = livello { $level }
query-magnitude-least = magnitudo da { $value } in su
query-magnitude-most = magnitudo fino a { $value }
query-magnitude-only = magnitudo { $value }
query-depth-least = profondità da { $value } km in giù
query-depth-most = profondità fino a { $value } km
query-depth-only = profondità { $value } km
query-near = entro { $distance } km da { $place }
query-near-here = entro { $distance } km dalla tua posizione
query-everything-near = tutto { $places }
query-in-near = { $what } { $places }
query-saved-place = un luogo salvato
level-green = verde
level-yellow = giallo
level-orange = arancione
level-red = rosso
query-not = non { $what }
query-or = o
query-and = e
query-in = { $what }, luogo: { $places }
query-together = { $places } (solo le notizie che citano { $count ->
        [2] entrambi
       *[other] tutti questi luoghi
    })
query-without = { $what }, ma senza { $without }

## Quando

when-now = subito
when-hourly = ogni ora
when-daily = ogni giorno alle ore { $at } ({ $zone })
when-weekly =
    ogni { $day ->
        [0] lunedì
        [1] martedì
        [2] mercoledì
        [3] giovedì
        [4] venerdì
        [5] sabato
       *[6] domenica
    } alle ore { $at } ({ $zone })
when-days = { $days } alle { $at } ({ $zone })
weekdays-short = lun; mar; mer; gio; ven; sab; dom
schedule-unknown =
    Non capisco quando sia «{ $written }». Puoi scrivere:
    <code>| subito</code>
    <code>| ogni ora</code>
    <code>| ogni giorno 09:00</code>
    <code>| ogni settimana lun 09:00</code>
    <code>| lun-ven 09:00</code>
    Le ore vanno da 00:00 a 23:59.
    Dopo una virgola puoi aggiungere <code>in silenzio</code>, <code>suono&gt;=rosso</code> o <code>vicini</code>.
# Che cosa si può scrivere: separato da virgole; i giorni da punti e virgola, da lunedì a domenica.
read-now = subito, adesso, ora
read-hourly = ogni ora, una volta all’ora, una volta all'ora
read-daily = ogni giorno, tutti i giorni, una volta al giorno, giornaliero, quotidiano
read-weekly = ogni settimana, una volta alla settimana, settimanale
read-filler = alle, ore, di, il, ogni
read-and = e, ed
read-weekdays = lun, lunedì, lunedi; mar, martedì, martedi; mer, mercoledì, mercoledi; gio, giovedì, giovedi; ven, venerdì, venerdi; sab, sabato; dom, domenica
read-workdays = giorni feriali, nei giorni feriali, feriali, i giorni feriali, giorno feriale
read-weekends = fine settimana, nel fine settimana, weekend, nel weekend, nei weekend, i weekend
read-silently = in silenzio, senza suono, silenzioso
read-with-sound = con suono
read-sound = suono, con suono
read-neighbours = con i vicini, i vicini, vicini, zone vicine
moment-day =
    { $day } { $month ->
        [1] gen
        [2] feb
        [3] mar
        [4] apr
        [5] mag
        [6] giu
        [7] lug
        [8] ago
        [9] set
        [10] ott
        [11] nov
       *[12] dic
    }, { $clock }
moment-year =
    { $day } { $month ->
        [1] gen
        [2] feb
        [3] mar
        [4] apr
        [5] mag
        [6] giu
        [7] lug
        [8] ago
        [9] set
        [10] ott
        [11] nov
       *[12] dic
    } { $year }, { $clock }

digest = Ciò che inizi a seguire arriva: { $when }. Tocca un altro orario, oppure scrivilo: <code>/digest ogni giorno 09:00</code>
digest-chosen = D’ora in poi ciò che inizi a seguire arriva: { $when }.
digest-alerts = Questo vale anche per gli allarmi. Per sapere qualcosa subito, aggiungi <code>| subito</code>, per esempio <code>/subscribe #air_alert Leopoli | subito</code>
digest-others =
    { $count ->
        [one] Una cosa che segui già arriva
       *[other] { $count } cose che segui già arrivano
    } in un altro momento. { $count ->
        [one] La sposto
       *[other] Le sposto tutte
    }?
digest-urgent =
    Per gli allarmi ti avviso ancora subito ({ $count ->
        [one] un’iscrizione
       *[other] { $count } iscrizioni
    }).
digest-moved =
    { $count ->
        [one] Una cosa spostata
       *[other] { $count } cose spostate
    }: { $when }. Tutto ciò che segui: /subscriptions

## Che cosa non si riesce a leggere

error-empty = Dimmi di che cosa vuoi sapere: un luogo, un tema o una parola. Per esempio <code>/subscribe Kyiv</code>
error-unbalanced = A questa parentesi manca l’altra metà:
error-unclosed-quote = Queste virgolette sono aperte e mai chiuse:
error-dangling-operator = Questo non unisce nulla: qui accanto manca qualcosa.
error-missing-value = Qui deve seguire qualcosa, senza spazio:
error-unknown-topic = Questo tema non c’è:
error-unknown-place = Non conosco questo luogo:
error-unknown-source = Non ho nessuna fonte con questo nome:
error-link = Non posso seguire un link o un canale che mi mandi. Indicami invece un luogo, un argomento o una parola, per esempio <code>/subscribe Kyiv</code>: li cercherò in tutte le mie fonti.
error-sources = Le mie fonti: { $sources }
error-unknown-field = Questa proprietà non c’è. Ci sono livello, magnitudo e profondità, per esempio <code>magnitudo&gt;=4,5</code>.
error-wrong-level = I livelli sono verde, giallo, arancione e rosso:
error-wrong-magnitude = La magnitudo è un numero da 0 a 10:
error-wrong-depth = La profondità è un numero di chilometri da 0 a 800:
error-wrong-unit = Questa unità non va bene. Distanze e profondità sono in km o mi; la magnitudo non ha unità.
error-wrong-distance = Una distanza va da 1 a { $limit } km:
error-distance-without-place = A una distanza serve un luogo, per esempio <code>Kyiv +20km</code>.
error-place-without-point = Questo luogo è un’area, o non so dove si trova di preciso, quindi non posso misurare la distanza. Scegli una città:
error-unknown-location = Non so dove sei. Mandami prima la tua posizione (📎):
error-no-positive-term = Qui c’è solo quello che non vuoi. Aggiungi, per favore, quello che vuoi:
error-too-common = Lo dice quasi ogni notizia, e le riceveresti tutte. Aggiungi di che cosa deve parlare:
error-too-long = È troppo lungo: al massimo { $limit } lettere latine, o la metà se cirilliche.
error-too-many-terms = Ci sono troppe parole e troppi luoghi: al massimo { $limit }.
error-too-deep = Ci sono troppe parentesi una dentro l’altra: al massimo { $limit }.
error-suggestion = Forse: <code>{ $suggestion }</code>

## Notizie

digest-head =
    <b>{ $count ->
        [one] Una notizia
       *[other] { $count } notizie
    }</b>
latest-all = <b>Le ultime notizie</b>
latest = Le ultime notizie: { $what }
    <code>{ $written }</code>
latest-none = Per ora nulla.
latest-none-here = Nulla fra le notizie che ho guardato. Puoi continuare con quelle più vecchie.
sign-alert = allarme
sign-clear = cessato allarme
sign-warning = preallarme
link-source = continua a leggere

## Impostazioni

settings = <b>Impostazioni</b>
settings-language = Lingua: italiano
settings-full = Notizie: intere
settings-short = Notizie: titolo e prima frase
settings-zone = Fuso orario: { $zone }
settings-no-zone = Fuso orario: UTC, finché non segui un luogo o non scegli tu
settings-digest = Ciò che inizi a seguire arriva: { $when }. Per cambiare: /digest
settings-subscriptions =
    { $count ->
        [0] Non segui ancora nulla: /subscribe
        [one] Segui una cosa: /subscriptions
       *[other] Segui { $count } cose: /subscriptions
    }
language-choose = In quale lingua ti scrivo?
language-chosen = Ora ti scrivo in italiano.
language-unknown = Questa lingua non la parlo ancora. Ci sono: { $languages }. Per esempio <code>/language it</code>
zone-choose = Tocca un fuso, oppure scrivi il tuo o la tua città: <code>/timezone Roma</code>
zone-chosen = Fuso orario: { $zone }. Ora locale: { $clock }.
zone-fixed = Quest’ora non cambia fra estate e inverno. Se la tua cambia, scegli una città:
zone-near = Non conosco il fuso orario «{ $written }». Intendevi <code>/timezone { $zone }</code>?
zone-unknown = Non conosco il fuso orario «{ $written }». Scrivi una città o un fuso: <code>/timezone Roma</code>

## Prove

drill = Questa è solo una prova, chiesta da qualcuno in questa chat con /test. <b>Non c’è nessun allarme.</b> Non c’è nulla da fare.
drill-sound = Un allarme arriva allo stesso modo: subito, con il suono che hai impostato per questa chat.
drill-silent = Un allarme arriva allo stesso modo, senza suono, come hai impostato. Per cambiare: /subscriptions
drill-short = Solo una prova. Nessun allarme.
drill-waits = La prova di prima non è ancora arrivata. Aspettala, per favore.
drill-nothing = La prova funziona, ma nessun allarme arriverebbe in questa chat: non segue ancora nulla. Per iniziare: /subscribe
drill-digests = La prova arriva subito, ma un allarme no: tutto ciò che questa chat segue arriva in un riepilogo. Per sapere subito, aggiungi <code>| subito</code>: /subscribe

## Che cosa si sa di una chat

export =
    <b>Tutto ciò che so di questa chat</b>
    Per ripristinarlo, qui o in un’altra chat: rispondi <code>/import</code> { $count ->
        [one] al messaggio qui sotto, oppure incollalo dopo il comando.
       *[other] a ognuno dei { $count } messaggi qui sotto, oppure incollali uno alla volta dopo il comando.
    }
export-cut = Una delle cose che segui è troppo lunga per un messaggio e arriva a pezzi. Per ripristinarla, inviala di nuovo con /subscribe.
import-how =
    Incolla ciò che ti ha dato /export dopo il comando: <code>/import</code> e poi il testo. Oppure rispondi <code>/import</code> al messaggio che lo contiene.
import-file = Non so ancora aprire i file. Aprilo tu, per favore, copia ciò che contiene e incollalo dopo <code>/import</code>
import-opml = Questo è un elenco di feed. Le fonti le sceglie chi gestisce il bot, quindi non posso prenderlo. Puoi invece dirmi di che cosa vuoi sapere, e lo cerco in tutte: /subscribe
import-too-long = È troppo lungo per venire da /export. Incolla i suoi messaggi uno alla volta, per favore. Non è cambiato nulla.
import-not-ours = Questo non è ciò che dà /export, quindi non è cambiato nulla. Quello comincia con <code>{ "{" }"tocsin":</code>
import-broken = Nel punto segnato c’è qualcosa che non va. Forse non è stato copiato tutto. Non è cambiato nulla.
import-version = Questo viene da un’altra mia versione ({ $found }), e io leggo solo la { $version }. Non è cambiato nulla.
import-missing = Manca qualcosa: <code>{ $place }</code>. Non è cambiato nulla.
import-unknown = Non so che cosa voglia dire: <code>{ $place }</code>. Non è cambiato nulla.
import-wrong = Questo non posso prenderlo: <code>{ $place }</code> è <code>{ $found }</code>. Non è cambiato nulla.
import-place = Questo non posso prenderlo, quindi non è cambiato nulla: <code>{ $place }</code>
import-too-many = Così la chat seguirebbe { $count } cose, ma può seguirne al massimo { $most }. Non è cambiato nulla. Per fare posto: /unsubscribe
imported =
    Impostazioni ripristinate. { $new ->
        [0] Nulla di nuovo da seguire
        [one] Una cosa nuova da seguire
       *[other] { $new } cose nuove da seguire
    }. Cose che seguivi già: { $known }. Per vedere: /subscriptions
forget-ask =
    <b>Cancello tutto ciò che so di questa chat, con tutti i suoi argomenti?</b>
    { $count ->
        [0] Non segue nulla, ma ha le sue impostazioni
        [one] È una cosa che segue, con le impostazioni
       *[other] Sono { $count } cose che segue, con le impostazioni
    }. Non si può tornare indietro, e qui non suonerà più nulla.
forgotten =
    <b>Cancellati:</b> il numero di questa chat, la lingua, il fuso orario e le impostazioni. Cose seguite: { $count }. Messaggi ancora da inviare: { $waiting }.
    Quello che ho scritto qui prima resta nel tuo Telegram. Se mi scrivi di nuovo, ricominciamo da capo.
forget-kept = Non è stato cancellato nulla.

## Pulsanti e brevi avvisi

button-follow = Segui
button-more = Leggi il resto
button-why = Perché?
button-place-instead = Invece { $place }
button-word-instead = Invece la parola «{ $word }»
button-all-places =
    { $count ->
        [2] Solo le notizie che citano entrambi
       *[other] Solo le notizie che li citano tutti e { $count }
    }
button-any-place = Notizie su uno qualsiasi dei luoghi
button-move-alerts = Sposta anche gli allarmi
button-remove = ✕ { $number }
button-hush = 🔕 { $number } senza suono
button-ring = 🔔 { $number } con il suono
button-back = ‹ Indietro
button-whole-topic = Tutto: { $topic }
button-forth = Avanti ›
button-newer = ‹ Più recenti
button-older = Più vecchie ›
button-language = Lingua
button-short = Mostra solo titolo e prima frase
button-full = Mostra le notizie intere
button-move = Sposta tutto
button-zone = Fuso orario
button-settings = ‹ Impostazioni
button-erase = Cancella tutto
button-keep = Lascia tutto
answer-old-button = Questo pulsante è troppo vecchio. Invia di nuovo il comando, per favore.
answer-gone = Non c’è più.
answer-report-gone = Questa notizia non si conserva più.
answer-already = Lo segui già.
answer-already-chosen = È già così.
answer-changed = Cambiato.
answer-erased = Cancellato.
answer-removed = Tolto.
answer-ring = D’ora in poi con il suono.
answer-hush = D’ora in poi senza suono.
answer-too-many =
    Questa chat segue { $count ->
        [one] una cosa
       *[other] { $count } cose
    }, e non può seguirne di più. Prima togline una.
answer-not-administrator = Solo gli amministratori di questo gruppo possono cambiarlo.
answer-failed = Non ha funzionato. L’errore è stato registrato e non è cambiato nulla.

## /why

why-usage = Rispondi /why a un mio messaggio e ti dico perché è arrivato. Per sapere perché qualcosa non è arrivato, scrivi /why e il link o il titolo.
why-came = Mi è arrivato da { $source }: { $at }.
why-arrived = L’hai ricevuto.
why-arrived-silent = L’hai ricevuto, senza suono.
why-silent-chat-news = È arrivata in silenzio perché in questa chat solo gli allarmi hanno il suono: /settings
why-silent-chat = È arrivata in silenzio perché in questa chat niente ha il suono: /settings
why-silent-quiet = È arrivata in silenzio per le tue ore di silenzio: /quiet
why-silent-subscription = È arrivata in silenzio perché così hai impostato questa iscrizione: /subscriptions
why-silent-level =
    È arrivata in silenzio perché la tua iscrizione ha il suono { $level ->
        [1] solo dal livello giallo
        [2] solo dal livello arancione
       *[3] solo dal livello rosso
    }: /subscriptions
why-silent-neighbour = È arrivata in silenzio perché riguarda una zona vicina.
why-silent-default =
    È arrivata in silenzio perché le allerte hanno il suono { $level ->
        [0] sempre
        [1] dal livello giallo
        [2] dal livello arancione
       *[3] dal livello rosso
    }. Per cambiarlo in un’iscrizione: /subscribe … <code>| subito, suono&gt;=giallo</code>
why-silent-unplaced = È arrivata in silenzio perché non ho potuto localizzarla: potrebbe essere lontana da te.
why-waiting = È in arrivo.
why-retried = Non è ancora stato consegnato ({ $why }), ci sarà un altro tentativo.
why-failed = Non è stato possibile consegnarlo: { $why }.
why-held = Aspetta il tuo prossimo riepilogo.
why-owed = È in arrivo, oppure era troppo tardi per inviarlo.
why-folded = Diceva lo stesso di un’altra notizia ({ $source }, { $at }), quindi non è stato inviato di nuovo.
why-not-owed = Non ti è stato inviato.
why-missed = Questi allarmi mi sono arrivati troppo tardi per svegliarti. Li ho elencati tutti in un solo messaggio senza suono.
why-missed-came = Lanciato: { $raised }. Arrivato a me: { $at }. Fonte: { $source }.
why-not-known = Di recente nessuna delle mie fonti l’ha riportato. Se fosse arrivato:
why-nothing-followed = Non segui ancora nulla: /subscribe
why-asked = { $count ->
    [one] Segui ciò di cui parla:
   *[other] Segui { $count } cose di cui parla:
    }
why-asked-line = • { $what } — { $when }
why-asked-because = • { $what } — { $when }. Dice: { $words }
why-asked-neighbour = • { $what } — { $when }. Riguarda una zona vicina, e tu ricevi anche gli allarmi accanto
why-distance = a { $distance } km da { $place }
why-distance-here = a { $distance } km dalla tua posizione
why-word = «{ $word }»
why-not-asked = Non parla di nulla che segui ora:
why-missing = • { $what }. Manca: { $missing }
why-unwanted = • { $what }. Parla di ciò che hai escluso: { $unwanted }
## Fonti, per chi gestisce il bot

about-sources = come stanno le fonti (lo vedi solo tu)
sources-none = Nessuna fonte è configurata.
sources-head = <b>{ $count ->
        [one] Una fonte
       *[other] { $count } fonti
    }</b>{ $dead ->
        [0] , nessuna ferma
        [one] , una ferma
       *[other] , { $dead } ferme
    }
source-good = 🟢 { $name } ({ $kind })
source-shaky = 🟡 { $name } ({ $kind }): l’ultimo tentativo è fallito
source-dead = 🔴 { $name } ({ $kind }): ferma
source-new = ⚪ { $name } ({ $kind }): non ancora interrogata
source-told = 🔵 { $name } ({ $kind }): scrive da sola
source-last = ultima risposta { $at }, { $span } fa
source-never = ancora nessun tentativo riuscito
source-unheard = non ha ancora scritto
source-took = in { $span }
source-next = di nuovo tra { $span }
source-error = Tentativi falliti di fila: { $count }. { $error }
source-unknown = Luoghi che non conosco ({ $count }): { $places }
span-days = { $count } g
span-hours = { $count } h
span-minutes = { $count } min
span-seconds = { $count } s
page-dead = 🔌 <b>Una fonte è ferma:</b> { $name } ({ $last }). { $error }
page-back = 🔌 <b>Una fonte è tornata:</b> { $name }, { $span } dopo l’avviso.
## Ore di silenzio, pause e riepiloghi

about-quiet = Ore in cui le notizie aspettano
about-pause = Per un po’ solo gli allarmi
about-resume = Termina la pausa
usage-quiet = [22:00-07:00 | no]
usage-pause = [2 ore]
quiet-none = Nessuna ora di silenzio. Tocca quelle che vuoi, oppure scrivi le tue: <code>/quiet 22:00-07:00</code>
quiet-hours = <b>Ore di silenzio:</b> ogni giorno { $begin }–{ $end } ({ $zone })
quiet-on = Ora c’è silenzio, fino a: { $until }.
quiet-ends = Il silenzio è finito. Se qualcosa aspettava, arriva tra un attimo.
quiet-news = Le notizie aspettano. Alla fine del silenzio ricevi un solo messaggio con ciò che a quel punto è ancora vero.
quiet-alerts-ring = Gli allarmi suonano come sempre.
quiet-alerts-silent = Gli allarmi arrivano subito, ma senza suono.
quiet-alerts-held = <b>Aspettano anche gli allarmi: non suona nulla.</b>
quiet-alerts-later =
    Gli allarmi arrivano con suono. Durante una pausa { $waits ->
        [0] arrivano in silenzio.
       *[other] aspettano.
    }
quiet-held-so-far = Ciò che ha aspettato finora arriva alla fine del silenzio.
quiet-unknown =
    Non capisco le ore «{ $written }». Puoi scrivere:
    <code>/quiet 22:00-07:00</code>
    <code>/quiet no</code>
    Le ore vanno da 00:00 a 23:59.
quiet-no-length = L’inizio e la fine delle ore di silenzio devono essere diversi, per esempio <code>/quiet 22:00-07:00</code>. Per un silenzio da adesso: <code>/pause 8 ore</code>
quiet-summary = <b>Durante il silenzio:</b> { $what }
quiet-alerts-over =
    { $count ->
        [one] un allarme, già cessato
       *[other] { $count } allarmi, tutti cessati
    }
quiet-alerts-on =
    { $count ->
        [one] un allarme
       *[other] { $count } allarmi
    }; finora senza cessato allarme: { $places }
quiet-reports =
    { $count ->
        [one] una notizia
       *[other] { $count } notizie
    }
paused = <b>In pausa fino a: { $until }.</b>
paused-news = Le notizie aspettano, e alla fine della pausa arrivano in un solo messaggio.
paused-longer = Poi vengono le tue ore di silenzio, fino a: { $until }.
paused-change = Per terminarla: /resume. Come arrivano intanto gli allarmi: /quiet
pause-unknown =
    Non capisco quanto duri «{ $written }». Puoi scrivere:
    <code>/pause 30 min</code>
    <code>/pause 2 ore</code>
    <code>/pause 1 giorno</code>
    <code>/pause fino alle 07:00</code>
pause-too-long = È troppo lunga: la pausa può durare al massimo { $days } giorni.
resumed = La pausa è finita.
resume-nothing = Non c’è nessuna pausa in corso.
resume-hours = Sono le tue ore di silenzio. Per cambiarle: /quiet
settings-quiet = Ore di silenzio: { $begin }–{ $end }
settings-no-quiet = Ore di silenzio: nessuna
digest-nothing = Niente di nuovo dall’ultima volta.
digest-nothing-told = Se non c’è niente di nuovo, te lo dico.
digest-nothing-untold = Se non c’è niente di nuovo, non arriva nulla.
digest-more =
    … e { $count ->
        [one] un’altra notizia più vecchia
       *[other] altre { $count } notizie più vecchie
    }: /latest
digest-untitled = Altro
button-alerts-ring = 🔔 Gli allarmi suonano
button-alerts-silent = 🔕 Allarmi senza suono
button-alerts-held = Gli allarmi aspettano
button-quiet-off = Nessuna ora di silenzio
button-quiet = Ore di silenzio
button-digest = Quando arrivano le notizie
button-nothing-told = Avvisami anche se non c’è niente di nuovo
button-nothing-untold = Non avvisarmi se non c’è niente di nuovo
button-minutes = { $count } min
button-hours = { $count } h
button-resume = Termina la pausa
# Che cosa si può scrivere, separato da virgole.
read-off = no, nessuna, spento
read-from = dalle, da, dal
read-to = alle, fino alle, a, fino a, al, fino al
read-command-pause = pausa, silenzio
read-command-quiet = ore di silenzio, fascia di silenzio
read-command-digest = riepilogo, digest
read-minutes = m, min, minuto, minuti, un minuto
read-hours = h, ora, ore, un'ora, un’ora
read-half-hours = mezz'ora, mezz’ora, mezza ora; un'ora e mezza, un’ora e mezza, un'ora e mezzo, un’ora e mezzo
read-weeks = sett, settimana, settimane, una settimana
read-for = per, per le prossime
read-days = g, giorno, giorni, un giorno
read-am = di mattina, del mattino
read-pm = di pomeriggio, del pomeriggio, di sera, della sera

## /stats

stats-people = <b>Destinatari</b>: { $count }; ora non raggiungibili: { $suspended }
stats-languages = Lingue: { $languages }
stats-subscriptions = <b>Iscrizioni</b>: { $count }
stats-places = Luoghi più seguiti: { $places }
stats-reports = <b>Notizie</b>: { $hour } nell’ultima ora, { $day } nell’ultimo giorno
stats-nothing-waits = <b>Niente in attesa</b> di essere inviato.
stats-waits = <b>In invio</b>: { $count ->
    [one] una notizia per molti
   *[other] { $count } notizie per molti
    }, la più vecchia: { $since }
stats-announcements = <b>Annunci in invio</b>: { $count }
stats-lanes = Messaggi singoli: { $lanes }
stats-failed = Non consegnati: { $count }. Vedi /failed
lane-reply = risposte
lane-alert = allarmi
lane-news = notizie
lane-edit = modifiche
lane-digest = riepiloghi
lane-announcement = annunci
## A topic that cannot be written to

topic-lost = <b>Per gli amministratori:</b> non posso scrivere in un argomento di questo gruppo: è chiuso o non c’è più. Quello che era destinato lì arriva qui. Riapritelo, e tornerò a scrivere lì.

## /failed

about-failed = che cosa non è stato consegnato e perché (lo vedi solo tu)
failed-none = Nessuna consegna fallita.
failed-head = <b>{ $count ->
        [one] Un messaggio non consegnato
       *[other] { $count } messaggi non consegnati
    }</b>, prima i più recenti. Con un pulsante riprovo.
failed-entry = { $at }. { $when }, { $lane }, chat <code>{ $chat }</code>
    { $said }
    { $why }
failed-again = { $count ->
        [one] Ne riprovo uno.
       *[other] Ne riprovo { $count }.
    }
button-again-all = ↻ Tutti e { $count }
too-fast = Sei più veloce di me, quindi <b>questo non l’ho fatto</b>. Aspetta qualche secondo, per favore, e invialo di nuovo.
answer-too-fast = Più piano, per favore. Non è cambiato nulla: tocca di nuovo tra qualche secondo.
## Allarmi

about-alerts = Quali allarmi sono in corso
usage-alerts = [LUOGO]
incident-air-raid = Allarme aereo
incident-shelling = Pericolo di bombardamento
incident-fights = Pericolo di combattimenti urbani
incident-chemical = Pericolo chimico
incident-radiation = Pericolo di radiazioni
incident-weather = Allerta meteo
incident-quake = Allerta terremoto
incident-other = Allarme
incident-over = Non più in vigore. { $what }: { $place }
incident-issued = Emissione: { $at }
incident-until = In vigore fino a: { $until }
incident-level-red = Livello: rosso
incident-level-orange = Livello: arancione
incident-level-yellow = Livello: giallo
incident-threats = { $count ->
        [1] Minaccia
       *[other] Minacce
    }: { $threats }
incident-since = In corso. Inizio: { $since }
incident-warned = Preallarme: { $since }. Non è ancora cominciato
incident-lasted = È durato { $lasted }: { $since } – { $until }
incident-applied = In vigore per { $lasted }: { $since } – { $until }
incident-confirmed = confermato da { $sources }
incident-unknown = Nessuno sa dirmi se è ancora in corso. Ultime notizie certe: { $since }. Non è un cessato allarme.
incident-known-last = Ultime informazioni:
incident-known-again = Le mie fonti rispondono di nuovo, e l’allarme è ancora in corso.
incident-late = ti è arrivato dopo { $late }
missed-head = <b>Quello che non ho potuto dirti in tempo</b>
alerts-head = <b>Allarmi in corso</b>
alerts-in = <b>Allarmi in corso: { $place }</b>
alerts-none = Non mi risulta nessun allarme in corso.
alerts-none-in = { $place }: non mi risulta nessun allarme in corso.
alerts-unwatched = <b>Non so se c’è un allarme in corso:</b> di recente nessuna delle mie fonti ha parlato di allarmi. Questo non è un cessato allarme.
alerts-stale = <b>Non so se c’è un allarme in corso.</b> Le mie fonti non rispondono più (ultima risposta: { $at }): potrebbe essercene uno.
alerts-fresh = Verificato { $span } fa.
alerts-more =
    { $count ->
        [one] E un altro.
       *[other] E altri { $count }.
    }
alerts-near = Non conosco un luogo «{ $written }». Forse uno di questi?
alerts-no-place = Non conosco un luogo «{ $written }». Per esempio: <code>/alerts Kyiv</code>
alerts-others = Se intendevi un altro luogo:
moment-seconds = { $seconds } s
moment-length =
    { $hours ->
        [0] { $minutes } min
       *[other] { $hours } h { $minutes } min
    }
settings-changes-graver = Mentre un allarme è in corso, suono di nuovo quando peggiora
settings-changes-all = Mentre un allarme è in corso, suono a ogni cambiamento
settings-changes-none = Suono solo quando un allarme comincia e quando finisce
button-all-clear = Cessato allarme. { $what }: { $place }
button-changes-graver = Suonare di nuovo quando peggiora
button-changes-all = Suonare a ogni cambiamento
button-changes-none = Suonare solo all’inizio e alla fine
## Groups, channels, announcements

group-greeting = Ciao! Qui avviso di ciò che interessa a questo gruppo. Lo sceglie un amministratore, per esempio: <code>/subscribe Kyiv</code>. Tutti i comandi: /help
about-channel = Impostare un canale da qui
usage-channel = [NOME COMANDO]
channel-added = Ora posso scrivere in <b>{ $title }</b>.
channel-how = Per scegliere da qui che cosa pubblicare: <code>/channel { $name } /subscribe Kyiv</code>. Ogni altro comando si scrive allo stesso modo dopo il nome, e la risposta arriva qui.
channel-list = <b>Canali che puoi impostare</b>
channel-none = Non scrivo in nessun canale di cui sei amministratore. Rendimi amministratore del tuo, con il diritto di pubblicare: allora ti scrivo qui.
channel-unknown = Non scrivo in nessun canale «{ $name }» di cui sei amministratore. Quelli che conosco: /channel
button-channel = Impostazioni del canale
answer-not-your-channel = Solo gli amministratori possono impostare questo canale.
answer-read-in-private = Ciò che scrivo qui è per tutti i lettori. Scrivimi in privato per continuare a leggere.
settings-channel = Un messaggio serve tutti i lettori del canale: lingua, fuso orario e ore di silenzio sono uguali per tutti
settings-sound-everything = Suono: per allarmi e notizie
settings-sound-alerts = Suono: solo per gli allarmi; le notizie arrivano in silenzio
settings-sound-nothing = Suono: nessuno; tutto arriva in silenzio
button-sound-everything = 🔔 Suono per tutto
button-sound-alerts = 🚨 Suono solo per gli allarmi
button-sound-nothing = 🔕 Nessun suono
subscribed-sound =
    { $level ->
        [-1] Arriva in silenzio.
        [0] Arriva sempre con suono.
        [1] Ha il suono dal livello giallo; tutto il resto arriva in silenzio.
        [2] Ha il suono dal livello arancione; tutto il resto arriva in silenzio.
       *[3] Ha il suono dal livello rosso; tutto il resto arriva in silenzio.
    }
subscribed-neighbours = Arrivano anche gli allarmi nelle zone vicine, in silenzio.
subscribed-no-neighbours = Ho lasciato fuori i vicini: li conosco solo per i luoghi in Ucraina e per contee e stati degli USA, e solo per ciò che arriva subito.
subscribed-choose-when = Quando deve arrivare?
subscribed-choose-sound = Quando deve avere il suono?
button-when = 🕘 Quando
button-sound = 🔔 Suono
button-back-to-subscription = ‹ Indietro
button-sound-default = 🔔 Come al solito: allerte dal livello { $level ->
        [0] verde
        [1] giallo
        [2] arancione
       *[3] rosso
    }
button-sound-always = 🔊 Sempre
button-sound-from-orange = 🟠 Dall’arancione
button-sound-from-red = 🔴 Dal rosso
button-sound-silent = 🔕 In silenzio
button-neighbours-on = ➕ Allarmi accanto, in silenzio
button-neighbours-off = ➖ Niente allarmi accanto
drill-soundless = In questa chat arriva in silenzio: qui niente ha il suono. Per cambiare: /settings
about-announce = Dire qualcosa a tutti
usage-announce = TESTO
announce-usage = Scrivi dopo il comando ciò che tutti devono leggere: <code>/announce TESTO</code>. Prima lo vedi tu.
announce-too-long = È troppo lungo per un solo messaggio. Non è stato inviato nulla.
announce-preview = <b>Ecco come apparirà. Non è stato ancora inviato nulla.</b>
announce-cancelled = Non è stato inviato nulla.
announce-under-way = <b>In invio: { $arrived } su { $count } l’hanno ricevuto.</b>
announce-stopped = <b>Fermato: { $arrived } su { $count } l’hanno ricevuto.</b>
announce-done = <b>Fatto: { $arrived } su { $count } l’hanno ricevuto.</b>
announcement-from = da chi gestisce questo bot
why-announcement = Chi gestisce questo bot l’ha inviato a tutti.
button-announce =
    { $count ->
        [one] Invia a una chat
       *[other] Invia a { $count } chat
    }
button-cancel = Annulla
button-refresh = ↻ Aggiorna
button-stop = ■ Ferma
answer-announce-stopped = Fermato. Nessun altro lo riceve.
answer-announce-over = Non c’era più nulla da fermare.

## Saved places

locate-kept = Per conservare questo luogo con un nome, tocca «Salva come…». Per un giorno <code>qui +50km</code> indica questa posizione; prima la arrotondo a 1 km.
button-save-place = 📍 Salva come…
about-places = I tuoi luoghi, per esempio Casa
usage-places = [NOME = LUOGO +10km]
places =
    <b>{ $count ->
        [one] Un luogo salvato
       *[other] { $count } luoghi salvati
    }</b>
places-none = Non hai ancora luoghi salvati.
places-line =
    📍 <b>{ $name }</b>: { $where }, raggio { $distance } km{ $count ->
        [0] {""}
        [one] {""} · un’iscrizione
       *[other] {""} · { $count } iscrizioni
    }
places-how =
    <code>/places Mamma = Perugia +10km</code> salva o sposta un luogo
    <code>/places Mamma +20km</code> cambia il raggio
    <code>/places rimuovi Mamma</code> lo rimuove
    Oppure mandami una posizione (📎) e tocca «Salva come…». Arrotondo i luoghi a 1 km.
place-saved = ✅ Salvato: <b>{ $name }</b> — { $where }, raggio { $distance } km.
place-moved = ✅ Modificato: <b>{ $name }</b> — { $where }, raggio { $distance } km.
place-followers =
    { $count ->
        [one] Questa iscrizione cambia di conseguenza:
       *[other] Queste { $count } iscrizioni cambiano di conseguenza:
    }
place-use = Usa il nome come qualsiasi luogo: <code>/subscribe { $name }</code>, <code>/alerts { $name }</code>, <code>/latest { $name }</code>. Vale anche un allarme per una zona più ampia intorno.
place-name-no-letter = Un nome deve avere almeno una lettera, per esempio <code>/places Mamma = Perugia</code>
place-name-too-long = Il nome è troppo lungo: al massimo { $limit } caratteri.
place-name-reserved = «{ $name }» per me significa già altro, quindi non può essere il nome di un luogo. Scegline un altro, per esempio <code>Mamma</code>
place-not-one = Per <b>{ $name }</b> mi serve una sola località, per esempio <code>/places { $name } = Perugia +10km</code>
place-send-location = Oppure mandami la posizione (📎) e tocca «Salva come…».
place-too-many = Una chat può avere al massimo { $limit } luoghi salvati. Non è cambiato nulla. Per fare spazio: /places
place-unknown = Non hai un luogo salvato «{ $name }». Tutti i luoghi: /places
place-usage = Non capisco. Per esempio: <code>/places Mamma = Perugia +10km</code>, <code>/places Mamma +20km</code>, <code>/places rimuovi Mamma</code>. Tutti i tuoi luoghi: /places
place-removed = Rimosso: <b>{ $name }</b>.
place-removed-with =
    Rimosso: <b>{ $name }</b>, con { $count ->
        [one] un’iscrizione
       *[other] { $count } iscrizioni
    }.
place-in-use =
    <b>{ $name }</b> è usato in { $count ->
        [one] un’iscrizione
       *[other] { $count } iscrizioni
    }, da rimuovere insieme:
button-remove-place = ✕ { $name }
button-remove-place-with =
    { $count ->
        [one] Rimuovi con l’iscrizione
       *[other] Rimuovi con { $count } iscrizioni
    }
button-keep-place = Tieni
place-ask-name = Come chiamo questo luogo? Mandami un nome, per esempio <code>Mamma</code>. Aspetto { $minutes } minuti.
distance =
    📍 { $distance } km a { $direction ->
        [0] nord
        [1] nord-est
        [2] est
        [3] sud-est
        [4] sud
        [5] sud-ovest
        [6] ovest
       *[other] nord-ovest
    } di { $place }
distance-here =
    📍 { $distance } km a { $direction ->
        [0] nord
        [1] nord-est
        [2] est
        [3] sud-est
        [4] sud
        [5] sud-ovest
        [6] ovest
       *[other] nord-ovest
    } della tua posizione
distance-at = 📍 Vicinissimo: { $place }
distance-at-here = 📍 Vicinissimo alla tua posizione
place-not-saved = Non salvato. Per salvare un luogo, mandami la posizione (📎).
alerts-within = <b>Allarmi in corso { $circle }</b>
alerts-none-near = Non mi risultano allarmi in corso { $circle }.
read-remove = rimuovi rimuovere elimina cancella togli

## Provare un’iscrizione

button-try = Prova così
button-try-subscription = 🧮 Prova
button-try-again = 🔄 Riprova
button-try-topic = ➕ { $topic }
answer-try-busy = Sto contando per qualcun altro. Riprova tra qualche secondo.
try-usage = Scrivi a che cosa vorresti iscriverti, per esempio <code>/try Kyiv</code>. Conto quanto ti sarebbe arrivato finora, senza inviartelo.
try-head = Con questa iscrizione: { $what }
try-written = <code>{ $written }</code>
try-count =
    <b>Messaggi { $days ->
        [one] nell’ultimo giorno
       *[other] negli ultimi { $days } giorni
    }: { $count }</b>
    🔔 Con suono: { $sound }
    🌙 Di notte, 22:00–07:00: { $night }
try-digest =
    <b>Notizie { $days ->
        [one] nell’ultimo giorno
       *[other] negli ultimi { $days } giorni
    }: { $count }</b>
    Tutte nel riepilogo, { $when }
try-none =
    <b>Messaggi { $days ->
        [one] nell’ultimo giorno
       *[other] negli ultimi { $days } giorni
    }: nessuno</b>
try-no-reports = Non ho ancora notizie, quindi non c’è nulla da contare.
try-limit = Ho contato solo da: { $since }. Ci sono notizie più vecchie.
try-many = Troppi? Aggiungi un argomento con il pulsante qui sotto.
try-newest = Ultime:
