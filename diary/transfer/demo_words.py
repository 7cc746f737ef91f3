"""What the invented diary is made of: songs that nobody recorded, and sentences that could be anybody's.

The titles and names of a few songs look like markup, queries or formulas, as real ones do at times.
"""

# Artist, the artist's place on the plane (valence and arousal, −1 to 1), titles. All invented.
ARTISTS = (
    ("Paper Lantern Union", 0.6, -0.4, ("Slow Boats Home", "Kites Over Quarry Hill", "Sunday Has No Corners")),
    ("Odd Harbour", -0.1, 0.3, ("Salt on the Switchboard", "Harbourmaster's Daughter", "Ropes")),
    ("Marlow Quillfeather", 0.3, -0.6, ("Tea Before the Rain", "My Neighbour's Piano", "Moth Hour")),
    ("The Tuesday Ghosts", -0.6, -0.3, ("Nobody Rang", "Corridor Song", "Cold Radiator Blues")),
    ("Ilse Varnholt-Ruiz", -0.3, -0.7, ("Nachtbus", "Fünf vor Zwölf", "Schnee im Radio")),
    ("Copper Heron Choir", 0.7, -0.2, ("Oh Meadow", "Lift the Latch", "Ninety Candles")),
    ("Nine Quiet Rooms", -0.2, -0.8, ("Room Four (Curtains)", "Room Seven (Rain)", "Room Nine (You)")),
    ("Juno Sandovalle", 0.8, 0.5, ("Limonada", "Patio de Papel", "Baila Despacio Conmigo")),
    ("Saltwater Typists", 0.1, 0.5, ("Carriage Return", "Shift Lock", "Dear Sir or Madman")),
    ("Bram & the Ferrymen", 0.5, 0.4, ("Last Boat's at Nine", "Pay the Piper Double", "Oars")),
    ("Low Orchard", 0.4, -0.5, ("Windfall", "Bees in the Attic", "Apples for the Horses")),
    ("Tanager Hotel", 0.2, -0.3, ("Check-Out Is Eleven", "Ice Machine", "Lobby Fern")),
    ("Kestrel Minor", -0.7, 0.5, ("Hover", "Talons", "Field of Static")),
    ("Die Nachtbäckerinnen", 0.6, 0.2, ("Mehl auf den Schuhen", "Brot um Vier", "Hefe, Hefe")),
    ("Yukiko Amagiri-Bell", 0.0, -0.7, ("霧の駅", "Small Umbrella", "さよなら自転車")),
    ("Les Parapluies Égarés", 0.2, -0.2, ("Rue des Étourdis", "L'été en retard", "Café crème, café seul")),
    ("Amara Holtby", 0.5, 0.1, ("Yellow Kitchen", "Call Your Aunties", "Long Way Round")),
    ("Glass Tram", 0.3, 0.7, ("Overhead Wires", "Line 12 Forever", "Mind the Doors")),
    ("The Unhurrieds", 0.7, -0.7, ("Nothing to Catch", "Hammock Theory", "Half Past Whenever")),
    ("Postcard Weathermen", 0.4, 0.3, ("Wish You Were Drier", "Fair Spells", "Gale Warning (Love Song)")),
    ("Velour Astronaut", 0.6, 0.7, ("Zero-G Slow Dance", "Mission Out of Control", "Soft Landing")),
    ("Mina Callowhill", -0.5, -0.5, ("Your Side of the Wardrobe", "Unsent", "Kettle for One")),
    ("Thunder & Small Talk", -0.6, 0.7, ("Say It Louder", "Door Slam Etude", "Not Fine Thanks")),
    ("Oskar Feldspat", -0.4, 0.1, ("Granit", "Schwere Schuhe", "Der Berg ruft nicht zurück")),
    ("Rosemary Switchblade", -0.8, 0.8, ("Burn the Calendar", "Teeth", "Ex-Everything")),
    ("Public Library Disco", 0.9, 0.8, ("Overdue", "Shhh (Extended Mix)", "Dewey Decimal Dream")),
    ("The Night Gardeners", 0.1, -0.5, ("Moonflower", "Watering in the Dark", "Snail Parade")),
    ("Tomasz Wędrowny", 0.2, -0.1, ("Pociąg do morza", "Zimowa herbata", "Ostatni tramwaj")),
    ("Sixpence Cathedral", -0.3, 0.5, ("Bell Practice", "Gargoyle", "Scaffolding")),
    ("Ada & the Lovelace Letters", 0.5, 0.5, ("Loop Invariant", "Punch Card Heart", "Segfault Serenade")),
    ("Moss Telegraph", -0.1, -0.6, ("Dot Dash Rain", "Understory", "Stop.")),
    ("Captain Teaspoon", 0.9, 0.4, ("Pudding Weather", "Two Sugars", "Crumbs in the Rigging")),
    ("Bitter Marmalade", -0.5, 0.4, ("Thick Cut", "Breakfast Argument", "Peel")),
    ("Eleni Thalassidou-Park", 0.7, 0.3, ("Γαλάζιο", "Salt Hair", "August, Third Row")),
    ("The Borrowed Umbrellas", 0.0, 0.1, ("Left on the 47", "Drip Tray", "Return to Sender, Slightly Damp")),
    ("Hollow Pine Radio", -0.7, -0.5, ("Static Lullaby No. 3", "Snowed-In Frequency", "Dead Air")),
    ("Fatoumata Brightwater", 0.8, 0.2, ("Market Day", "Sister, Sing", "Blue Cloth")),
    ("Grandmother's Synthesizer", 0.4, 0.8, ("Arpeggio for Knitting", "Lace & Lasers", "Biscuit Tin")),
    ("Elevator to the Moon", -0.2, -0.3, ("Floor 384,400", "Doors Closing", "Muzak of the Spheres")),
    ("Ragnhild Sjøstjerne", -0.4, -0.6, ("Fjordlys", "Ørkenen i Tromsø", "Vinterkyst")),
    ("Crosswalk Prophets", 0.3, 0.6, ("Wait for the Green Man", "Jaywalking to Heaven", "Kerb Appeal")),
    ("Lemon District", 0.8, 0.6, ("Zest", "Fizz", "Squeeze Me Twice")),
    ("Quiet Riotous", -0.3, 0.8, ("Inside Voice", "Polite Notice", "Whisper Pit")),
    ("Benedikt Ohnesorg-Lang", 0.3, -0.8, ("Präludium für Regen", "Etüde: leise Treppe", "Wiegenlied, später")),
    ("Null & the Voids", 0.1, 0.6, ("*NSYNC Forever <3", "Robert'); DROP THE BEAT;--", "=SUM(of,us)")),
    ("A$hes :red[Alert]", -0.1, 0.7, ("50% _Off_ `My` Heart", "<b>Bold</b> & the Beautiful", "[Link](in the chain)")),
)

SLOTS = {
    "friend": ("Nina", "Jonas", "my sister", "Ravi", "Mum", "Aylin", "the neighbours", "Theo", "Grandpa", "Lou"),
    "place": (
        "the river",
        "the old market",
        "the allotment",
        "the swimming pool",
        "the library",
        "the station café",
        "the park with the crooked bench",
        "the hill behind the school",
        "the little cinema",
        "the bakery",
    ),
    "food": ("pancakes", "lentil soup", "plum cake", "noodles", "toast and honey", "a pot of dal", "potato salad"),
    "thing": ("the tax letter", "the wobbly shelf", "that presentation", "the broken bike", "the laundry mountain"),
}

# By the quarter of the plane: is the day pleasant, is it lively?
BY_QUARTER = {
    (True, True): (
        "{friend} called with good news and I danced in the kitchen.",
        "Cycled to {place} and back, wind behind me both ways, I swear.",
        "We laughed until the table next to us laughed too.",
        "Finished {thing}! Celebrated with {food}.",
        "Sang so loudly in the car that the lights turned green.",
        "Unexpected evening with {friend}: {food}, cards, and the worst jokes in town.",
        "Said yes to {friend} without thinking. Best decision of the week.",
        "A whole day of small wins.",
        "Found the perfect coat near {place}. Ten euros. Ten!",
        "Market, sun, {food}, {friend}. What else is there?",
        "Ran further than last week and still had breath for the stairs.",
        "Twelve people in a kitchen made for two. {food} for everyone.",
        "The plan worked. The plan actually worked.",
        "Taught {friend} the steps. We broke one glass.",
    ),
    (True, False): (
        "Slept long. Sat at {place} with a book and read four pages.",
        "Made {food} and nobody needed me for anything.",
        "A slow walk to {place}. The light did the rest.",
        "{friend} came by and we said very little, which was lovely.",
        "Rain on the window, lamp on, phone off.",
        "Repotted the basil. It forgives me.",
        "Quiet day. I want to remember that quiet days exist.",
        "Watched the clouds above {place} until my tea was cold.",
        "Old photos with {friend}. We were so young and so badly dressed.",
        "Nothing happened, beautifully.",
        "The cat from number nine chose my lap. I did not move for an hour.",
        "Wrote a letter to {friend}, by hand, with crossings-out.",
        "Clean sheets, open window, {food}.",
        "Took the slow train and did not mind.",
    ),
    (False, True): (
        "Argued with {friend} about nothing. It was not about nothing.",
        "Head full of {thing}, heart at a gallop.",
        "Train late, keys forgotten, {food} burnt. Of course.",
        "Too much coffee, too many tabs, too little air.",
        "I hate how long I think about one sentence.",
        "Waited for a call that did not come and cleaned the whole flat meanwhile.",
        "Walked to {place} twice just to get rid of the noise in my head.",
        "Said I was fine. Was not fine.",
        "{thing} again. I could throw it out of the window.",
        "Everybody wanted something before nine.",
        "Rehearsed an argument in the shower and won. Lost it at dinner.",
        "Checked the door three times.",
        "Sent the message. Should not have sent the message.",
    ),
    (False, False): (
        "Missed {friend} today, for no reason and for every reason.",
        "Bed, soup, bed.",
        "Everything a bit too heavy. Managed {food} at least.",
        "Grey outside, grey inside. Tomorrow is another one.",
        "Went past {place} and had to swallow.",
        "So tired that I put the milk in the cupboard.",
        "Cancelled on {friend}. They understood, which made it worse and better.",
        "Cried a little at a song in the supermarket. It happens.",
        "Not a bad day, just a long one.",
        "Looked at {thing} for an hour. It looked back.",
        "Talked to nobody but the kettle.",
        "The empty chair at breakfast was very empty.",
        "Slept after work and woke up in the wrong day.",
    ),
}

BY_SEASON = {
    "winter": ("Dark at four, but the windows along the street were all lit.", "Frost on {place}.", "First snow!"),
    "spring": ("The first coffee outside.", "Blossom all over {place}, and all over me.", "Sneezed through {place}."),
    "summer": ("Too hot to think, swam instead.", "Swifts over the roof until ten.", "Melon for dinner."),
    "autumn": ("Chestnuts in both pockets.", "Fog over {place} until noon.", "First evening with the heating on."),
}

ON_MUSIC = (
    "Played this one four times on the way home.",
    "Heard it through a shop door and stood still.",
    "{friend} sent it. Of course it is perfect.",
    "It was on in the café and now it lives in my head.",
    "That second verse, though.",
    "Cooked {food} to it.",
    "Not my kind of music. Exactly right today.",
    "The bass line walked me home. 🎧",
)

LONG = (
    "## What I want to keep of today\n\n- breakfast with {friend}, no hurry\n- the smell at {place}\n- *that* chorus, "
    "three times in a row\n\n{one} {two}\n\nAnd a sentence I overheard: “You don't have to finish everything you "
    "start, only the soup.”",
    "{one}\n\n{two}\n\nI keep thinking of what {friend} said:\n\n> It gets lighter, but it never says when.\n\nSo "
    "I made {food}, put the song on **loud**, and waited for it to get lighter. It did, a bit.",
    "Things that went wrong today:\n\n1. {thing}\n2. the weather\n3. me, before coffee\n\nThings that went right:\n\n"
    "1. {food}\n2. {friend}\n3. the three minutes and forty seconds of this song\n\n{one}\n\n{two}",
    "Could not sleep, so here is a long one. {one} {two}\n\nThen {friend} and I walked to {place}, the long way, "
    "past the house with the blue door. We talked about who we were ten years ago, and whether we would like each "
    "other now.\n\nI think we would. ~~Mostly.~~ Yes.\n\n---\n\nNote to self: call back about {thing}.",
)

# Tag, the weekdays it belongs to (0 is Monday), its share of them, and how much pleasanter those are (−1 to 1).
TAGS = (
    ("work", (0, 1, 2, 3, 4), 0.30, -0.2),
    ("deadline", (0, 1, 2, 3), 0.07, -0.8),
    ("home office", (1, 3), 0.30, 0.1),
    ("friends", (2, 4, 5, 6), 0.22, 0.6),
    ("family", (5, 6), 0.25, 0.3),
    ("running", (1, 3, 5, 6), 0.18, 0.5),
    ("cooking", (0, 4, 5, 6), 0.15, 0.3),
    ("reading", (0, 2, 6), 0.12, 0.2),
    ("garden", (5, 6), 0.12, 0.5),
    ("rain", (0, 1, 2, 3, 4, 5, 6), 0.08, -0.3),
    ("headache", (0, 1, 2, 3, 4), 0.03, -0.9),
    ("slept badly", (0, 1, 2, 3, 4, 5, 6), 0.06, -0.7),
    ("travel", (4, 5), 0.07, 0.4),
    ("cinema", (2, 4, 5), 0.08, 0.3),
    ("choir", (2,), 0.50, 0.4),
    ("concert", (4, 5), 0.06, 0.8),
    ("dentist", (1, 3), 0.02, -0.5),
    ("déjà vu", (0, 3, 6), 0.02, 0.0),
)
