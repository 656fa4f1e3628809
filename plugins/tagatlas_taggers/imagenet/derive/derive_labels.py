"""Derive ``data/classes.csv`` and ``data/ancestors.csv`` from WordNet 3.0.

Needs WordNet's ``data.noun`` (Debian package ``wordnet-base``) and the list of the 1,000 synsets
in the model's order (``timm/data/_info/imagenet_synsets.txt`` in the PyPI package ``timm``)::

    python derive_labels.py data.noun imagenet_synsets.txt

An ImageNet synset id is ``n`` and the offset in WordNet 3.0, so the join is exact. A synset becomes
an ancestor tag if

1. it stands above 2 to 250 of the 1,000 classes: one class says it already, and above 250 come
   "entity", "object", "whole", "artifact", "organism", "animal", "instrumentality", "vertebrate";
2. it is not in :data:`TOO_GENERAL` or :data:`TOO_LEARNED`;
3. of those above the same classes it is the most specific one.

Its label is its first word form that no other tag has; :data:`PLAIN_LABELS` are the exceptions.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

FEWEST, MOST = 2, 250
DATA = Path(__file__).resolve().parent.parent / "data"

TOO_GENERAL = """
    n00002137 abstraction, n00007347 causal agent, n00019128 natural object, n00019613 substance,
    n00020090 substance, n00020827 matter, n00021265 food, n00022903 article, n00031921 relation,
    n00033020 communication, n02756098 attire, n02954938 cap, n02955065 cap,
    n03050026 cloth covering, n03076708 commodity, n03093574 consumer goods, n03094503 container,
    n03096960 control, n03100490 conveyance, n03122748 covering, n03125870 craft, n03183080 device,
    n03206908 dish, n03247620 drug, n03248958 drug of abuse, n03257877 durables,
    n03269401 electrical device, n03274561 electro-acoustic transducer, n03277771 electronic device,
    n03294048 equipment, n03297735 establishment, n03381126 footwear, n03391770 framework,
    n03405265 furnishing, n03430959 gear, n03450516 gown, n03510583 heavier-than-air craft,
    n03546340 housing, n03563967 implement, n03574816 instrument, n03700963 machine,
    n03709206 magnifier, n03725035 mask, n03736970 mechanical device, n03738472 mechanism,
    n03748162 mercantile establishment, n03795580 movable barrier, n03839993 obstruction,
    n03859495 outerwear, n03892891 part, n03932203 piece, n03932670 piece of cloth,
    n03953020 place of business, n03959701 plate, n04014297 protective covering,
    n04069276 reflector, n04078574 reservoir, n04079244 residence, n04081844 restraint,
    n04151581 screen, n04170037 self-propelled vehicle, n04187061 sheath, n04188643 sheet,
    n04244997 small boat, n04263760 source of illumination, n04296261 staff, n04317420 stick,
    n04359589 support, n04361095 supporting structure, n04377057 system, n04388743 tank,
    n04453910 top, n04470953 transducer, n04550840 ware, n04598582 woodwind, n07556970 course,
    n07566340 foodstuff, n07566863 starches, n07570720 nutriment, n07809096 ingredient,
    n07884567 alcohol, n07930554 punch, n09366317 natural elevation, n09409512 ridge,
    n11675842 reproductive structure, n13086908 plant part, n13087625 plant organ, n13134947 fruit,
    n13809207 part, n14778436 agent, n14939900 fluid, n14940386 liquid, n15046900 solid
"""
"""Not visual, or mixes things that have only a use or a part in common."""

TOO_LEARNED = """
    n01428580 soft-finned fish, n01438208 cypriniform fish, n01439121 cyprinid,
    n01473806 aquatic vertebrate, n01480516 cartilaginous fish, n01482071 elasmobranch,
    n01524359 passerine, n01525720 oscine, n01632047 ambystomid, n01661592 anapsid,
    n01661818 diapsid, n01662622 chelonian, n01674216 saurian, n01676755 iguanid, n01687665 agamid,
    n01727646 colubrid snake, n01745125 elapid, n01802721 phasianid, n01825930 coraciiform bird,
    n01838038 piciform bird, n01845477 anseriform bird, n01871543 prototherian, n01871875 monotreme,
    n01873982 metatherian, n01886756 placental, n01909422 coelenterate, n01914163 anthozoan,
    n01976146 decapod crustacean, n02134971 viverrine, n02171453 lamellicorn beetle,
    n02206270 hymenopterous insect, n02226183 orthopterous insect, n02232951 dictyopterous insect,
    n02246011 homopterous insect, n02268148 odonate, n02274024 lepidopterous insect,
    n02323902 leporid, n02373336 odd-toed ungulate, n02453108 pachyderm, n02453611 edentate,
    n02470899 anthropoid ape, n02503127 proboscidean, n02507649 procyonid, n02514825 bony fish,
    n02528163 teleost fish, n02552171 spiny-finned fish, n02554730 percoid fish, n02638596 ganoid,
    n02817799 beating-reed instrument, n11552386 spermatophyte, n11665372 angiosperm,
    n13083586 vascular plant
"""
"""Zoological or botanical names with a plainer synonymous tag."""

PLAIN_LABELS = {
    # Classes whose first word form is rare, or means something else to most readers.
    "n01514668": "rooster",
    "n01608432": "kite (bird)",
    "n01847000": "drake (duck)",
    "n01930112": "roundworm",
    "n02012849": "crane (bird)",
    "n02108089": "boxer (dog)",
    "n02113023": "Pembroke Welsh corgi",
    "n02113186": "Cardigan Welsh corgi",
    "n02134084": "polar bear",
    "n02231487": "stick insect",
    "n02276258": "admiral (butterfly)",
    "n02277742": "ringlet (butterfly)",
    "n02279972": "monarch butterfly",
    "n02389026": "sorrel horse",
    "n02395406": "pig",
    "n02412080": "ram (sheep)",
    "n02497673": "ring-tailed lemur",
    "n02509815": "red panda",
    "n02747177": "trash can",
    "n02797295": "wheelbarrow",
    "n02814533": "station wagon",
    "n02879718": "bow (weapon)",
    "n02892201": "plaque",
    "n02930766": "taxi",
    "n02992529": "cell phone",
    "n03126707": "crane (machine)",
    "n03594734": "jeans",
    "n03595614": "T-shirt",
    "n03666591": "lighter (flame)",
    "n03673027": "ocean liner",
    "n03710637": "maillot (tights)",
    "n03710721": "one-piece swimsuit",
    "n03793489": "computer mouse",
    "n03825788": "bottle nipple",
    "n03854065": "pipe organ",
    "n03929660": "guitar pick",
    "n03947888": "pirate ship",
    "n03954731": "carpenter's plane",
    "n04037443": "racing car",
    "n04118776": "ruler",
    "n04141076": "saxophone",
    "n04141975": "weighing scale",
    "n04243546": "slot machine",
    "n04296562": "stage (theater)",
    "n04350905": "suit of clothes",
    "n04367480": "mop",
    "n04389033": "army tank",
    "n04515003": "upright piano",
    "n04517823": "vacuum cleaner",
    "n04554684": "washing machine",
    "n04592741": "aircraft wing",
    "n07579787": "plate of food",
    "n10148035": "bridegroom",
    "n12620546": "rose hip",
    "n13133613": "ear of corn",
    "n15075141": "toilet paper",
    # Ancestors.
    "n02323449": "rabbit or hare",
    "n02891788": "brass instrument",
    "n02959942": "railway car",
    "n04243941": "coin machine",
    "n04530566": "watercraft",
    "n07557434": "dish (food)",
}
"""Labels chosen by hand, by synset."""


@dataclass(frozen=True)
class Synset:
    """A noun of WordNet: its word forms, the usual one first, and its direct hypernyms."""

    words: tuple[str, ...]
    hypernyms: tuple[str, ...]


def read_nouns(path: Path) -> dict[str, Synset]:
    """Read WordNet's ``data.noun`` (format: the manual page ``wndb(5WN)``), by synset id."""
    nouns = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith(" "):  # the licence at the top
            continue
        fields = line.partition(" | ")[0].split()
        words_end = 4 + 2 * int(fields[3], 16)
        words = tuple(word.replace("_", " ") for word in fields[4:words_end:2])
        symbols, offsets = fields[words_end + 1 :: 4], fields[words_end + 2 :: 4]
        hypernyms = tuple(
            f"n{offset}"
            for symbol, offset in zip(symbols, offsets, strict=False)
            if symbol in {"@", "@i"}
        )
        nouns[f"n{fields[0]}"] = Synset(words, hypernyms)
    return nouns


def all_above(synset: str, nouns: dict[str, Synset]) -> set[str]:
    """Every synset above one, over every path."""
    found: set[str] = set()
    waiting = [synset]
    while waiting:
        above = set(nouns[waiting.pop()].hypernyms) - found
        found |= above
        waiting.extend(above)
    return found


def choose_ancestors(classes: list[str], nouns: dict[str, Synset]) -> dict[str, tuple[int, ...]]:
    """The ancestors that become tags, with the indices of the classes below each."""
    members: dict[str, list[int]] = defaultdict(list)
    for index, synset in enumerate(classes):
        for ancestor in all_above(synset, nouns):
            members[ancestor].append(index)
    stopped = {entry.split()[0] for text in (TOO_GENERAL, TOO_LEARNED) for entry in text.split(",")}
    same_members: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for ancestor, below in members.items():
        if FEWEST <= len(below) <= MOST and ancestor not in stopped:
            same_members[tuple(below)].append(ancestor)
    chosen = {
        max(synsets, key=lambda synset: (len(all_above(synset, nouns)), synset)): below
        for below, synsets in same_members.items()
    }
    return dict(sorted(chosen.items(), key=lambda item: (-len(item[1]), item[0])))


def choose_labels(synsets: list[str], nouns: dict[str, Synset]) -> dict[str, str]:
    """A label for each synset, unique ignoring case; earlier synsets choose first."""
    labels = {synset: PLAIN_LABELS[synset] for synset in synsets if synset in PLAIN_LABELS}
    taken = {label.casefold() for label in labels.values()}
    for synset in synsets:
        if synset in labels:
            continue
        free = [word for word in nouns[synset].words if word.casefold() not in taken]
        if not free:
            raise SystemExit(f"{synset} {nouns[synset].words}: give it a label in PLAIN_LABELS")
        labels[synset] = free[0]
        taken.add(free[0].casefold())
    return labels


def main() -> None:
    """Write the two tables."""
    parser = argparse.ArgumentParser(description="Derive the tables of labels.")
    parser.add_argument("nouns", type=Path, help="WordNet 3.0's data.noun")
    parser.add_argument("synsets", type=Path, help="the classes' synsets, one a line, in order")
    arguments = parser.parse_args()

    nouns = read_nouns(arguments.nouns)
    classes = arguments.synsets.read_text(encoding="ascii").split()
    ancestors = choose_ancestors(classes, nouns)
    labels = choose_labels([*ancestors, *classes], nouns)

    with (DATA / "classes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["index", "synset", "label"])
        writer.writerows((index, synset, labels[synset]) for index, synset in enumerate(classes))
    with (DATA / "ancestors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["synset", "label", "classes"])
        for synset, below in ancestors.items():
            writer.writerow([synset, labels[synset], " ".join(map(str, below))])


if __name__ == "__main__":
    main()
