"""Self-written texts in the forms that official ones have; about lighthouses, so that no official sentence is among them.

Made by the author of the rules: they prove that forms are known and nothing crashes, not that a real text is read well.
"""

from __future__ import annotations

ENGLISH = """United Nations

A/RES/91/17

General Assembly

Distr.: General
3 December 2036

Ninety-first session
Agenda item 20 (b)

Resolution adopted by the General Assembly on 26 November 2036
[on the report of the Second Committee (A/91/538)]

91/17. Lighthouses for all

The General Assembly,

Recalling its resolutions 70/1 of 25 September 2015, entitled “A plan”, 69/313 of
27 July 2015 and Human Rights Council resolution 17/4,1

Noting with concern that many light-
houses stand dark, and that harbours without lighthouses lose ships,

Bearing in mind the report A/74/821,2

1.
Requests the Secretary-General to count all lighthouses by 2040;

2. Calls upon Member States:

(a) To light every lighthouse, including:

(i) Old ones;

(ii) New ones;

(b) To pay their keepers;

__________________
1 See resolution 217 A (III).
2 Ibid.

36-20465
1/2

\fA/RES/91/17

Lighthouses for all

3. Decides to return to the matter at its ninety-second session.

48th plenary meeting
26 November 2036

36-20465

2/2
"""

DISPLACED = """The General Assembly,

Recalling that ships sail at night,

Noting also that rocks do not move,

1.

2.

Welcomes the light of the moon;

Invites keepers of lighthouses to wind
their clocks;

3.

Decides to meet again.
"""

ROWS = """United Nations

A/RES/91/17

General Assembly

Distr.: General
3 December 2036

Seventy-ninth session
Agenda item 20

Resolution adopted by the General Assembly on 20 December 2036
[on the report of the Second Committee (A/91/538)]

91/17.

Impact of lighthouses on the Goals of the harbour

The General Assembly,
Recalling its resolution 70/1 of 25 September 2015, entitled “Transforming our
ships”, in which it adopted targets,1
Taking note of the report of the Secretary-General on the matter, 2
Taking note also of the report of the harbour master,3
Noting that lighthouses shine, and expressing its appreciation to the keepers of

__________________
1
2
3

A/91/82.
A/91/83, annex. Available from the library of the harbour in
two copies.
See resolution 70/1.

36-20465 (E)

*3620465*

101236

A/RES/91/17

Impact of lighthouses on the Goals of the harbour

lighthouses for their work,
1.

Acknowledges that lighthouse change gives rise to new chances;

2.

Encourages Member States to continue to consider the impact of
key lighthouses:

(a)
(b)

By building more of them;
By lighting those that are built, in particular
when ships come near;

3.

Requests the Secretary-General to report.
60th plenary meeting
20 December 2036

2/2

36-20465
"""

COLUMNS = """A/RES/91/17

United Nations

Ninety-first session
Agenda item 20

91/17.

Lighthouses and their keepers in all harbours
The General Assembly,
Recalling the vision of the plan for harbours, 1 mindful that ships sail at night and
that rocks do not move, and recalling that lamps need oil,
Noting the declaration of the forum of harbours, 2 welcoming the report of the keepers, 3 and
the birds that live near 18 lighthouses,
Noting also that the night is long,

__________________
1

36-20465 (E)

Resolution 70/1.

101236

*3620465*

Lighthouses and their keepers in all harbours

A/RES/91/17

1.
Calls upon keepers to light lamps and their
reflectors1 every night, and to tell those harbours that the
United Nations system knows about it, and the rocks, and also
__________________

Official Records of the Harbour, Ninety-first Session, Supplement No. 3 (A/91/3),
chap. VI.
3
E/2036/66.
2

2/3

36-20465

Lighthouses and their keepers in all harbours

A/RES/91/17

the birds;
2.
Requests the Secretary-General to count the lamps.
"""
"""Columns taken line by line: a job number between a note's number and its text, a note's number after its text."""

FRENCH = """A/91/L.5

Quatre-vingt-onzième session
Point 13 de l'ordre du jour

Phares et ports

L'Assemblée générale,

Rappelant sa résolution 70/1 du 25 septembre 2015,

Consciente que la nuit est longue,

1. Engage les États Membres à allumer leurs phares :

a) Chaque soir ;

b) Chaque matin de brume ;

2. Prie le Secrétaire général de compter les phares.
"""

SPANISH = """A/91/L.5

Nonagésimo primer período de sesiones

Faros y puertos

La Asamblea General,

Recordando su resolución 70/1, de 25 de septiembre de 2015,

Consciente de que la noche es larga,

1. Exhorta a los Estados Miembros a que enciendan sus faros:

a) Cada noche;

b) Cada mañana de niebla;

2. Pide al Secretario General que cuente los faros.
"""

RUSSIAN = """A/91/L.5

Девяносто первая сессия

Маяки и порты

Генеральная Ассамблея,

ссылаясь на свою резолюцию 70/1 от 25 сентября 2015 года,

сознавая, что ночь длинна,

1. призывает государства-члены зажигать маяки:

a) каждый вечер;

b) каждое туманное утро;

2. просит Генерального секретаря сосчитать маяки.
"""

ARABIC = """A/91/L.5

الدورة الحادية والتسعون

المنارات والموانئ

إن الجمعية العامة،

إذ تشير إلى قرارها 70/1 المؤرخ 25 أيلول/سبتمبر 2015،

وإذ تدرك أن الليل طويل،

1 - تهيب بالدول الأعضاء أن تضيء المنارات:

(أ) كل مساء؛

(ب) كل صباح يكسوه الضباب؛

2 - تطلب إلى الأمين العام أن يعد المنارات.
"""

CHINESE = """A/91/L.5

第九十一届会议

灯塔与港口

大会，

回顾其2015年9月25日第70/1号决议，

意识到长夜漫漫，

1. 促请会员国点亮灯塔，包括：

(a) 每个夜晚；

(b) 每个雾晨；

2. 请秘书长清点灯塔。
"""

SIX = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH, "ru": RUSSIAN, "ar": ARABIC, "zh": CHINESE}

LONG = {
    "fr": """Nations Unies A/RES/91/17
Assemblée générale Distr. générale
3 décembre 2036

Quatre-vingt-onzième session
Point 20 de l’ordre du jour
Développement durable

Résolution adoptée par l’Assemblée générale
le 26 novembre 2036
[sur la base du rapport de la Deuxième Commission (A/91/538, par. 12)]

91/17. Phares et ports pour tous

L’Assemblée générale,
Rappelant sa résolution 70/1 du 25 septembre 2015, intitulée « Ports 2030 »,
ses résolutions 69/313 et 69/314 du 27 juillet 2015 et la résolution 17/4 du Conseil
des droits de l’homme1,
Se félicitant du rapport du Secrétaire général2,
Notant avec préoccupation que bien des phares sont éteints et que les ports sans
phare perdent des navires,
1. Engage les États Membres à allumer leurs phares :
a) Chaque soir ;
b) Chaque matin de brume, notamment :
i) Au printemps ;
ii) En hiver ;
2. Prie le Secrétaire général de lui présenter, à sa quatre-vingt-douzième
session, un rapport sur l’application de la présente résolution.
48e séance plénière
26 novembre 2036
_______________
1 Voir résolution 217 A (III).
2 A/91/82.
36-20465 (F) 031236
*3620465*
Merci de recycler
1/1
""",
    "es": """Naciones Unidas A/RES/91/17
Asamblea General Distr. general
3 de diciembre de 2036

Nonagésimo primer período de sesiones
Tema 20 del programa

Resolución aprobada por la Asamblea General el 26 de noviembre de 2036
[sobre la base del informe de la Segunda Comisión (A/91/538)]

91/17. Faros y puertos para todos

La Asamblea General,
Recordando sus resoluciones 70/1, de 25 de septiembre de 2015, titulada “Puertos”,
69/313, de 27 de julio de 2015, y la resolución 17/4 del Consejo de Derechos Humanos1,
Observando con preocupación que muchos faros están apagados y que los puertos
sin faro pierden barcos,
Tomando nota del informe del Secretario General2,
1. Exhorta a los Estados Miembros a que enciendan sus faros:
a) Cada noche;
b) Cada mañana de niebla, en particular:
i) En primavera;
ii) En invierno;
2. Solicita al Secretario General que cuente los faros;
3. Decide examinar la cuestión en su nonagésimo segundo período de sesiones.
48ª sesión plenaria
26 de noviembre de 2036
_______________
1 Véase la resolución 217 A (III).
2 A/91/82.
36-20465 (S)
1/1
""",
    "ru": """Организация Объединенных Наций A/RES/91/17
Генеральная Ассамблея Distr.: General
3 December 2036

Девяносто первая сессия
Пункт 20 b) повестки дня

Резолюция, принятая Генеральной Ассамблеей
26 ноября 2036 года
[по докладу Второго комитета (A/91/538)]

91/17. Маяки и порты для всех

Генеральная Ассамблея,
ссылаясь на свои резолюции 70/1 от 25 сентября 2015 года, озаглавленную
«Порты», 69/313 от 27 июля 2015 года и резолюцию 17/4 Совета по правам человека1,

отмечая с озабоченностью, что многие маяки темны и что порты без
маяков теряют корабли,

принимая к сведению доклад Генерального секретаря2,

1. призывает государства-члены зажигать маяки:
a) каждый вечер;
b) каждое туманное утро, в том числе:
i) весной;
ii) зимой;
2. просит Генерального секретаря сосчитать маяки;
3. постановляет вернуться к этому вопросу на своей девяносто второй сессии.
48-е пленарное заседание,
26 ноября 2036 года
_______________
1 См. резолюцию 217 A (III).
2 A/91/82.
36-20465 (R)
1/1
""",
    "ar": """الأمم المتحدة A/RES/91/17
الجمعية العامة Distr.: General
3 December 2036

الدورة الحادية والتسعون
البند 20 من جدول الأعمال

قرار اتخذته الجمعية العامة في 26 تشرين الثاني/نوفمبر 2036
[بناء على تقرير اللجنة الثانية (A/91/538)]

91/17 - منارات وموانئ للجميع

إن الجمعية العامة،
إذ تشير إلى قراراتها 70/1 المؤرخ 25 أيلول/سبتمبر 2015، المعنون ”موانئ“،
و 69/313 المؤرخ 27 تموز/يوليه 2015، وقرار مجلس حقوق الإنسان 17/4(1)،
وإذ تلاحظ مع القلق أن منارات كثيرة مطفأة وأن الموانئ التي لا منارات
لها تفقد السفن،
وإذ تحيط علما بتقرير الأمين العام(2)،
1 - تهيب بالدول الأعضاء أن تضيء المنارات:
(أ) كل مساء؛
(ب) كل صباح يكسوه الضباب، بما في ذلك:
'1' في الربيع؛
'2' في الشتاء؛
2 - تطلب إلى الأمين العام أن يعد المنارات؛
3 - تقرر أن تعود إلى المسألة في دورتها الثانية والتسعين.
الجلسة العامة 48
26 تشرين الثاني/نوفمبر 2036
_______________
(1) انظر القرار 217 ألف (د-3).
(2) A/91/82.
36-20465 (A)
1/1
""",
}
"""With front matter, notes, nested items and a page's furniture, lines folded as extraction leaves them."""
