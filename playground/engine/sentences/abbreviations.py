"""Words that decide whether a period ends a sentence: abbreviations by what must follow them, and first words.

All languages share one list, because an answer's language is unknown and may change. A word that is common in one
language and an abbreviation in another is listed where it does the least harm (``BEFORE_NUMBER``, ``MAYBE_LAST``) or
not at all.
"""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


TITLES = _words(
    "TP Jl Ir Pza Pça Λεωφ ThS PGS",
    # English
    "Mr Mrs Ms Mx Messrs Dr Drs Prof Rev Hon Pres Gov Sen Rep Gen Col Maj Capt Cpt Cmdr Lt Sgt Cpl Pvt",
    "Adm Brig Supt Insp Det Ofc Sr. Fr Bro Ste Msgr Amb Atty Asst Assoc Rt Mme Mlle MM Mgr dr prof mr mrs",
    "ms",
    # German, Dutch, Danish, Swedish, Norwegian
    "Hr Hrn Frl Dipl Ing Mag Hbf Skt dhr mevr mw ir drs Dhr Mevr Mw Ds ds Fru Frk hr frk",
    # French, Spanish, Portuguese, Italian, Romanian
    "Sra Srta Sres Dra Lic Ud Uds Vd Vds Dña Ing Arq Gral Avda Sig Sigg Sig.ra Sig.na Dott Dott.ssa Avv",
    "Geom Rag Egr Spett Gent Exmo Exma Ilmo Ilma Profa Eng Dl Dna Dnei Pr Sto Sta sra sig dott dra",
    # Polish, Czech, Slovak, Croatian, Hungarian, Turkish, Finnish
    "mgr inż hab ks Ks płk gen kpt św Św doc Doc MUDr JUDr PhDr RNDr Mgr Bc sv Sv ing Alb Sn Av Doç Yrd",
    "Op Uzm özv id ifj hra rva tri",
    # Russian, Ukrainian, Bulgarian, Serbian, Kazakh
    "г-н г-жа Г-н Г-жа проф Проф акад Акад доц Доц д-р Д-р инж ген полк",
    # Greek, Hebrew, Arabic, Hindi, Marathi
    "κ κα κος Δρ δρ Αγ Καθ ד״ר פרופ' פרופ د أ م श्री डॉ डा प्रो कु पं सौ",
)
"""Precede a name: their period never ends a sentence. Case-sensitive."""

SAINTS = frozenset({"St", "Mt", "Ft", "Pt", "Sr"})
"""Begin a street's or a place's name, also after a house number ("88 St. James Pl.")."""

THAI_TITLES = _words("ดร นพ พญ ผศ รศ ทพ ทพญ โทร น.ส ด.ช ด.ญ")
"""Precede a name or a number; Thai writes no space before them."""

BEFORE_NUMBER = _words(
    "ok kb ext durchw wew rp str p pp pg no nos nr nrs num vol vols ch chap chs sec sect fig figs art",
    "arts eq eqs ex exs para pt pts eds n° nº n № caps pag pág págs s ss st bl blz abb abs bd kap odst čl",
    "č c tbl ver v vs op apt ste rm tel fax bldg rte hwy jan feb mar apr jun jul aug sep sept oct nov dec",
    "ap lok kl ок ет бл नं रु",
    "стр с гл рис п пп ст т тт табл кв д корп им разд см § пр-кт оф тел ім буд рр арт ал чл σελ αρ αριθ",
    "τηλ κεφ स पृ क्र sl nro s. kl ca zl art. lk et tgl hlm pkl đt ian",
    "febr iun iul márc szept",
    # rooms, floors, entrances, extensions
    "fl flr lvl whg zi etg hausnr bât appt esc hab pta apto cj int pok wew kanc sok kat",
    "каб оф офис эт под комн ком ауд пав пом влд вл лит доб вн яч уч секц прим ил пов кімн під внутр стая",
)
"""Are abbreviations only before a number; before a word they end the sentence ("He said no. Then …"). Lower case."""

NEVER_LAST = _words(
    "p.s p.p.s n.b",
    # English
    "e.g i.e eg ie viz vs cf esp incl excl resp dept a.k.a aka w.r.t c.f v ca circa",
    # German
    "z.b d.h u.a o.ä i.d.r u.u v.a z.t z.zt s.o s.u vgl bzw bspw ggf evtl inkl exkl zzgl ca sog gegr geb",
    "gest insb u.ä einschl ehem allg kath ev d.i i.a i.v m.e s.a sth zw z.hd urspr",
    # Dutch, Danish, Swedish, Norwegian, Finnish
    "bijv bv d.w.z o.a m.b.t i.v.m t.a.v t.o.v m.i.v z.g.a.n t/m ong excl incl afd afz jl f.eks fx bl.a",
    "dvs ca inkl ekskl vedr pga ift iht mht t.ex s.k fr.o.m t.o.m m.a.o resp f.d t.d ev esim ts ent nk",
    "yht vč",
    # French, Spanish, Portuguese, Italian, Romanian
    "p.ex p.e c.-à-d cad av apr p.ej pej ej núm fdo atte depto dpto pág p.ext obs por.ex es. ecc.",
    "cfr ca circ ad.es p.es op.cit d.p.d.v",
    # Polish, Czech, Slovak, Croatian, Slovenian, Hungarian, Turkish, Baltic
    "np tzn tj tzw m.in wg bałt łac niem franc zob jw ww m.st r.ż ub wyd tłum např tzv resp cca mj popř",
    "příp č.p viz napr t.j t.z príp t.č prip npr t.i ún pld azaz vö örn bkz krş yakl sn dk pvz t.y piem",
    "t.s n.ö i.ö m.ö",
    # Russian, Ukrainian, Bulgarian, Kazakh
    "т.е т.к т.н т.о т.ч напр см ср др. т.з прибл т.наз куб кв вж тзн тобто т.с мыс қ.а яғ",
    # Greek, Arabic
    "π.χ δηλ βλ πρβλ λ.χ κατ куб meteor idraul psicol aanw vnw bijz",
)
"""Are never last: the sentence goes on, whatever the next letter's case."""

USUALLY_LAST = _words(
    "etc et.al usw usf u.s.w u.v.m uvm u.a.m osv o.s.v m.m mfl m.fl enz e.d e.a jne yms ym ecc eccetera",
    "ss.gg itd itp i.in m.in. atd apod aj ap atď i.t.d stb satt vs. vb vd i.sl ş.a şamd etc. etcétera т.д",
    "т.п др пр т.п. проч т.ін т.б тощо и.др κ.λπ κλπ κ.ά κ.ο.κ и.т.д m.o.h",
    "m.ö.h n.p.m s.l.m m.s.l.m m.s.n.m",
)
"""Usually end a list: before a capital letter the sentence is over, before a small one it goes on."""

MAYBE_LAST = _words(
    "mo yr yrs wk wks грн đ вул",
    # companies and people
    "co corp inc ltd llc plc bros cie ges mbh e.v k.k s.a s.l s.r.l s.p.a sp.z.o.o s.r.o a.s d.o.o a.d",
    "k.s v.o.s o.p.s jr sr esq md phd ph.d m.d b.a m.a b.sc m.sc d.d.s llm ll.m ph.d. mba",
    # places and measures
    "ave blvd rd st ln dr. hwy sq pl u.s u.s.a u.k e.u u.n d.c l.a n.y u.s.s.r u.a.e n.y.c ft oz lb lbs",
    "gal yd yds hr hrs mins secs sec. tsp tbsp tbs pkg doz qt km. mph a.m p.m am. pm. a.c b.c a.d b.c.e",
    "c.e v.chr n.chr av.j.-c ap.j.-c d.c. a.c. e.v.t n.e p.n.e n.l př.n.l po.kr mio mrd mln mld млн млрд",
    "трлн тыс руб коп гг г р н.э ч мин сек ж ғ др. см. кг. экз чел шт лв σ. μ.μ π.μ μ.χ π.χ. str tel ul",
    "al nám ul. tř pl. bd avd c/ hl mil tis kč eur godz min. r tys zł gr. w. rb hod h. ur let u.u.v bzgl",
    "str. Str ph ph. vdt approx aprox περ ft mwst btw dec.",
    "misc intl natl govt mfg dist div assn soc univ ex max env gr im hon",
    "bs gs ben dep est apr им св пл ул бул кап mt abt alt neg pos",
    # streets, quarters and places that have a name
    "os cad mah blv наб пер просп пр-т пр-д пос дер мкр мкрн обл бульв б-р шос туп с/т пгт ст-ца пров",
)
"""May be the last word: before a capital letter only a usual first word (``STARTERS``) begins a new sentence."""

UNITS = _words(
    "mo yr yrs wk wks грн min mins sec secs hr hrs h ft oz lb lbs yd yds mi tbsp tsp tbs km kg cm mm m g",
    "l ml mph std sek stk kr mio mrd mln мин сек ч руб коп см кг км м тыс млн млрд чел шт лв",
)
"""After a number, before a capital letter, such an abbreviation is the last word."""

KNOWN = NEVER_LAST | BEFORE_NUMBER | USUALLY_LAST | MAYBE_LAST
"""All abbreviations by their lower-case keys."""

CAPITAL_FORMS = frozenset({"INC", "LTD", "CO", "CORP", "JR", "SR", "BS", "GS", "TS"})
"""Abbreviations that keep their period in capitals: companies, and Vietnamese titles."""

SHORT_WORDS = frozenset({"no", "nos", "art", "sl", "c", "v", "app"})
"""Abbreviations before a number that are words of their own before a small letter."""

ONE_LETTER_WORDS = frozenset("яéèàóúèéìíòù")
"""Small letters that are words and may end a sentence."""

NUMBERED = _words("war part act phase volume book type class level stage tier weltkrieg guerre guerra")
"""Nouns numbered in Roman numerals, also by a single letter ("World War I.")."""

FILE_ENDINGS = _words(
    "com org net edu gov info biz io ai app dev xyz js ts jsx tsx py rb rs go php java kt cs cpp exe dll sh bat",
    "txt md pdf doc docx xls xlsx ppt pptx csv json yaml yml xml html htm css svg png jpg jpeg gif webp mp3 mp4",
    "wav zip tar gz log sql db cfg ini conf env",
)
"""Suffixes of host and file names; none of them begins a sentence right after a period."""

ACKNOWLEDGEMENTS = _words(
    "sure great perfect okay ok alright yes yeah yep no nope right done thanks understood absolutely certainly",
    "definitely good fine wonderful awesome excellent noted cool hello hi hey sorry gotcha exactly correct",
)
"""Words that are often an answer's whole first sentence."""

ANSWERS = _words("ok no ок")
"""Abbreviations before a number that are also one-word answers, or a sentence's last word."""

BEFORE_ANSWER = _words(
    "is it's it’s that's that’s i'm i’m you're you’re we're we’re they're they’re are was be looks sounds all say",
    "says said oh or and so totally perfectly это всё",
)
"""Words before one of the ``ANSWERS`` that ends its sentence ("That's ok.", "She said no.")."""

SHORT_TIMES = _words("sec min mo")
BEFORE_SHORT_TIME = _words("one a just another")
"""Words before one of the ``SHORT_TIMES`` that ends a request to wait ("One sec.", "Just a min.")."""

SHOUTED_NAMES = _words(
    "yahoo jeopardy yum oklahoma mamma panic westward shazam go-gurt kahoot joomla yum-o tchibo jeb"
)
"""Names with an exclamation mark at the end: before a small letter the sentence goes on."""

CALENDAR = _words(
    "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mo Di",
    "Mi Do Fr Sa So Okt Dez janv févr avr juil août sept oct nov déc ene abr ago dic gen mag giu lug ott",
    "янв февр апр авг сент окт нояб дек пн вт ср чт пт сб вс",
)
"""Abbreviated days and months: the sentence goes on before a number or a small letter."""

MONTHS = _words(
    "january february march april may june july august september october november december januar jänner",
    "februar feber märz mai juni juli oktober dezember jan feb mär apr jun jul aug sep sept okt nov dez",
    "januari februari maart mei augustus marts maj desember mars toukokuuta tammikuuta helmikuuta",
    "maaliskuuta huhtikuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "janvier février avril juin juillet août septembre octobre novembre décembre stycznia lutego marca",
    "kwietnia maja czerwca lipca sierpnia września października listopada grudnia ledna února března",
    "dubna května června července srpna září října listopadu prosince januára februára apríla mája júna",
    "júla augusta septembra októbra novembra decembra siječnja veljače ožujka travnja svibnja lipnja",
    "srpnja kolovoza rujna studenoga prosinca január február március április május június július",
    "augusztus szeptember október ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım",
    "aralık януари февруари март април май юни юли август септември октомври ноември декември",
)

WEEKDAYS_AND_ZONES = _words(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays",
    "fridays saturdays sundays est edt cst cdt mst mdt pst pdt et ct pt gmt utc cet cest bst ist jst",
    "eastern central pacific mountain",
)
"""After a time of day the sentence goes on with these ("5 p.m. Monday", "9 a.m. EST")."""

DECLINED = _words(
    "der die das dem den des im am vom zum zur beim ins jeder jeden jede jedes jedem ihr ihre ihren ihrem",
    "sein seine seinen seinem mein meine meinen meinem unser unsere unseren unserem dein deine deinen dieser",
    "diesem diesen dieses und oder",
)
"""German words before an ordinal of any length, which a noun follows ("zum 100. Jubiläum")."""

BEFORE_ORDINAL = DECLINED | _words(
    "ein eine einen einem einer eines ersten letzten det de en et i på til fra hans hendes sin sit",
    "vores deres och från vid w do od dnia v ve dne na po ku za u s se k ke pri pred a až vo zo sa az ez e bu",
)
"""Before an ordinal that is written with a period ("am 3. Oktober", "der 2. Weltkrieg")."""

BEFORE_MONTH = _words("ab bis seit vor nach auf")
"""German prepositions before a day of a month ("ab 1. Mai"); otherwise before a plain number."""

PRONOUNS_OF_ADDRESS = _words("Sie sie ich wir du ihr er es man mir uns Ihnen")
"""Pronouns after a German verb that begins a sentence ("Geben Sie", "Kann ich")."""

SPEECH_VERBS = _words(
    "said asked replied answered whispered shouted cried called yelled exclaimed murmured muttered laughed",
    "sighed roared growled squeaked squealed chirped giggled screamed gasped snapped groaned grumbled hissed",
    "wondered thought continued began added explained insisted announced declared agreed admitted begged",
    "demanded boomed purred croaked hooted barked chuckled stammered sobbed warned teased repeated sang grinned smiled",
    "says asks replies answers whispers shouts cries calls yells exclaims laughs",
)
"""English verbs that introduce the speaker of the quotation before them ("“Run!” Tom shouted.")."""

PREPOSITIONS_OF_TIME = _words(
    "at by around about from until till before after since between on in tomorrow today",
    "в во у до после около с к от після од od do po w v u im um ab seit vers dès a en desde hacia em às alle",
)
"""After one of these and a time of day, a sentence still needs its verb ("At 5 p.m. John left")."""

STARTERS = _words(
    # English
    "don doesn didn isn aren wasn weren won wouldn couldn shouldn haven hasn enjoy call ask look remember",
    "tell bring the this that these those it its he she they we you your his her their our my i there",
    "here what when where why who how which whose is are was were do does did can could would should have",
    "has had if then but and so or as in on at for from with to of by after before during since until",
    "while although though because however yes no not now today tomorrow yesterday please let some many",
    "most all each every both another one two three several finally next also still just maybe perhaps",
    "once unfortunately meanwhile nothing everyone everybody an a thanks thank sure okay",
    # German, Dutch
    "der die das dem den des ein eine einen einem einer er sie es wir ihr ich du man was wer wie wo wann",
    "warum wieso dieser diese dieses jeder jede jedes zudem dann danach doch aber und oder auch heute",
    "gestern morgen nach bei mit im am zum zur von vom für auf aus wenn weil da dort hier so nun ja nein",
    "nicht kein keine mein meine unser können bitte außerdem deshalb daher dabei seit bis vor seine ihre",
    "ist sind hat haben de het een hij zij ze wij jij je u ik dit dat deze wat waar wanneer waarom hoe",
    "maar en of ook dan toen vandaag gisteren daarna als met voor bij naar zijn haar mijn onze kunt",
    # Danish, Swedish, Norwegian
    "den det de dem han hun jeg jag du vi ni i en et ett dette denne disse detta denna dessa hvad hva vad",
    "hvor var hvem vem når när hvorfor varför hvordan hur men og och så da där der her här nu idag efter",
    "med til till fra från på vil kan har er är blev skal",
    # French, Spanish, Portuguese, Italian, Romanian
    "le la les un une des il elle ils elles on nous vous je tu ce cette ces cet c qui que quoi quand où",
    "pourquoi comment mais et ou donc or car dans en au aux avec pour sur par après avant depuis aujourd",
    "hier demain son sa ses mon ma mes notre nos votre vos leur leurs est si j l d qu n s m t el los las",
    "una unos unas él ella ellos ellas yo tú usted ustedes nosotros este esta estos estas ese esa eso",
    "aquel qué quién cuándo dónde cómo cuál pero y o también entonces luego hoy ayer mañana después con",
    "por para sin su sus se lo mi mis no sí hay es al del desde hasta os as um uma ele ela eles elas eu",
    "nós você vocês isto isso aquilo esse essa quem quando onde como qual mas e também então depois hoje",
    "ontem amanhã com em na nas ao seu sua seus suas não sim há gli uno lui lei noi voi loro io questo",
    "questa questi queste quello quella chi cosa dove perché anche poi oggi ieri domani dopo nel nella è",
    "sono i ea ei acest această cine când unde cum dar și apoi azi mâine după",
    # Polish, Czech, Slovak, Croatian, Slovenian
    "to ten ta te ci on ona ono oni one ja ty my wy co kto gdzie kiedy dlaczego jak ale i a lub oraz",
    "potem dziś dzisiaj jutro wczoraj po przed na w we z ze do od jest są był była było czy nie tak jeśli",
    "gdy jego jej ich mój nasz tento tato toto já vy kdo kde kdy proč nebo potom dnes zítra včera je jsou",
    "byl byla bylo ano ne pokud když jeho její náš můj kedy prečo ako alebo zajtra bol bola ovo taj što",
    "šta tko ko gdje kada zašto kako ali ili zatim danas sutra jučer su bio kaj kje kdaj zakaj",
    # Hungarian, Finnish, Turkish, Vietnamese, Indonesian
    "ez az egy ő én te mi ti ők mit ki hol mikor miért hogyan de és vagy ma holnap tegnap ezután nem igen",
    "ha is se tämä hän he minä sinä me ne mikä kuka missä milloin miksi miten mutta ja tai sitten tänään",
    "huomenna ei kyllä bu o şu ben sen biz siz onlar bir kim nerede neden nasıl ama ve veya sonra bugün",
    "yarın dün evet hayır için tôi bạn anh chị nó họ chúng đây đó này nhưng và hoặc sau hôm khi nếu ini",
    "itu dia saya kami kita mereka anda apa siapa kapan mengapa bagaimana tetapi dan atau setelah hari",
    "jika di ke dari",
    # Russian, Ukrainian, Bulgarian, Serbian, Kazakh
    "он она оно они мы вы ты я это этот эта эти тот та те что кто где когда почему как но и а или потом",
    "затем сегодня завтра вчера после в во на с со к у о об от до из за по при для не да нет есть был",
    "была было были если его её их мой наш ваш там здесь тут все всё так также ещё однако він вона воно",
    "вони ми ви ти це цей ця ці що хто де коли чому як але і й або потім сьогодні після з від той тя то",
    "ние вие аз това този тази тези какво кой къде кога защо днес утре след ово тај шта ко када зашто али",
    "затим данас бұл ол мен сен біз сіз олар кім қайда қашан неге қалай бірақ",
    # First words of questions and offers
    "shall may möchten wollen soll sollen darf dürfen haben sind passt brauchen kommen bitte wilt wil mag zal",
    "kann könnte könntest könnten darf würde würden wird werden sollte sollten möchte geben nennen sagen rufen",
    "drücken wählen warten melden folgen gibt stimmt får mogę możesz może poproszę mohu můžeme môžem smiem",
    "schikt past klopt vill ska önskar behöver passar ønsker haluatko haluatte lähetänkö voinko sopiiko souhaitez",
    "voulez désirez pouvez avez puis préférez desea quiere prefiere puedo puede le gustaría necesita posso pode",
    "deseja quer prefere gostaria precisa vuole desidera preferisce confermo devo doriți vreți pot puteți aveți",
    "czy chcesz mam proszę chcete přejete můžu mohu mám prosím želite hoćete mogu trebate szeretné szeretne kér",
    "kéri kíván elküldjem segíthetek ister istiyor olur uygun хотите желаете можно могу вам прислать нужна нужно",
    "хочете бажаєте можу надіслати искате желаете желите могу θέλετε μπορώ να χρειάζεστε",
    # Greek
    "ο η το οι τα τον την αυτός αυτή αυτό αυτοί εγώ εσύ εμείς εσείς τι ποιος πού πότε γιατί πώς αλλά και",
    "ή μετά σήμερα αύριο χθες στο στη στην με για από δεν ναι όχι αν",
)
"""Words that often begin a sentence and hardly ever a name."""
