"""The three stories of the demo storyteller, in English."""

from playground.demo_llm.story import Beat, Story

RED_RIDING_HOOD = Story(
    title="Little Red Riding Hood",
    keywords=("red", "riding", "hood", "grandm", "wolf"),
    beats=(
        Beat(
            (
                "Once upon a time, a girl with a red hood lived at the edge of a deep forest.",
                "One morning her mother sent her to her sick grandmother and told her to stay on the path.",
            ),
            "What would you have put into her basket?",
        ),
        Beat(
            (
                "Among the old trees she met a wolf, and he was terribly polite.",
                "He asked her where she was going, and she told him everything.",
            ),
            "Would you have talked to him?",
        ),
        Beat(
            (
                "The wolf showed her the prettiest flowers, and while she picked them he ran ahead.",
                "He knocked at the grandmother's door, slipped in and swallowed her in one gulp.",
            ),
            "What do you think he put on then?",
        ),
        Beat(
            (
                "When the girl came in, somebody with very big ears lay in grandmother's bed.",
                "She wondered about the ears, the eyes and the hands, and the voice was always friendly.",
            ),
            "Can you guess what she asked about last?",
        ),
        Beat(
            (
                "She asked about the teeth, and the wolf jumped out of bed and swallowed her too.",
                "But a hunter heard him snore, and soon the girl and her grandmother were out again.",
            ),
            "What would you say to that hunter?",
        ),
        Beat(
            (
                "They filled the wolf with heavy stones, and he never troubled anybody again.",
                "Since then Red Riding Hood has stayed on the path, most of the time.",
            ),
        ),
    ),
    asides={
        "wolf": "The wolf is always hungry, and his good manners are a trick.",
        "grandm": "The grandmother lives all alone, half an hour deep in the forest.",
        "mother": "Her mother is kind, and she worries a lot.",
        "basket": "There is cake in the basket, and a little jar of butter.",
        "hunter": "The hunter knows every snore in this forest.",
        "forest": "The forest is so deep that it is green even at noon.",
    },
)

UGLY_DUCKLING = Story(
    title="The Ugly Duckling",
    keywords=("ugly", "duck", "swan"),
    beats=(
        Beat(
            (
                "It was summer at the old pond, and a duck sat on her eggs.",
                "All the ducklings were yellow and small, but the last one was big and grey.",
            ),
            "How do you think the others looked at him?",
        ),
        Beat(
            (
                "The hens pecked him, the ducks laughed, and even his brothers wished him away.",
                "So one evening he jumped over the hedge and ran, as far as his feet would go.",
            ),
            "Where would you have gone in his place?",
        ),
        Beat(
            (
                "He spent the autumn alone in the reeds, and there he saw great white birds flying south.",
                "He did not know their name, but he loved them as he had never loved anyone.",
            ),
            "Have you ever longed for something that you couldn't name?",
        ),
        Beat(
            (
                "Winter came, and the ice closed around him until he could not move.",
                "A farmer found him, broke the ice with his wooden shoe and carried him home.",
            ),
            "Do you think he stayed there?",
        ),
        Beat(
            (
                "In spring he met the white birds again and bowed his head, ready to be chased away.",
                "And there, in the clear water, he saw himself: he was no duckling at all, he was a swan.",
            ),
        ),
    ),
    asides={
        "mother": "His mother defends him for a while, and then she grows tired of it.",
        "swan": "Swans are silent birds, but they notice everything.",
        "winter": "It was the coldest winter that the pond remembers.",
        "farmer": "The farmer is a gentle man with four loud children.",
        "egg": "That egg was bigger than the others, and nobody knows how it came there.",
    },
)

THREE_PIGS = Story(
    title="The Three Little Pigs",
    keywords=("pig", "three", "straw", "brick"),
    beats=(
        Beat(
            (
                "Three little pigs left home to see the world, and each of them needed a house.",
                "The first built his of straw, because he wanted to be done by lunch.",
            ),
            "What would you build a house of?",
        ),
        Beat(
            (
                "The second pig took sticks, sang a song and was done by tea time.",
                "The third carried bricks all day, and his brothers laughed at him from their windows.",
            ),
            "Who do you think was right?",
        ),
        Beat(
            (
                "Then came the wolf, and he huffed and puffed, and the straw flew over the fields.",
                "The stick house stood a moment longer, and two pigs ran for their lives.",
            ),
            "Where did they run to, do you think?",
        ),
        Beat(
            (
                "The brick house did not even tremble, though the wolf huffed until he was dizzy.",
                "So he climbed on the roof and looked down the chimney.",
            ),
            "What would you have put on the fire just then?",
        ),
        Beat(
            (
                "The third pig had a pot of soup boiling there, and the wolf came down faster than he liked.",
                "He ran away howling, and the three brothers have lived in the brick house ever since.",
            ),
        ),
    ),
    asides={
        "wolf": "This wolf has a great deal of breath and very little patience.",
        "straw": "Straw is light, it is warm, and it flies.",
        "brick": "Bricks are slow, and that is the point of them.",
        "brother": "They are brothers, so they laugh at one another first and help afterwards.",
        "soup": "It was turnip soup, with much pepper.",
    },
)

STORIES = (RED_RIDING_HOOD, UGLY_DUCKLING, THREE_PIGS)
