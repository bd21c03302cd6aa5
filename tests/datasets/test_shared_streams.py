"""Every real stream of the shared folder loads from the command line, by name or as anyone's log, with its counts."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from freshmark.cli import main
from freshmark_datasets import register_datasets

NAMED = register_datasets()

BY_NAME = {
    # expression: events, users, items, words of what is told
    "movietweetings(path='{}/movietweetings-100k/ratings.dat')": (100_000, 16_554, 10_506, "MIT"),
    "movielens('latest-small', path='{}/ml-latest-small/ratings.csv')": (
        100_836,
        610,
        9_724,
        "University of Minnesota",
    ),
    "online-retail(path='{}/online-retail/online_retail_2010-2011.parquet')": (397_924, 4_339, 3_665, "133,358 rows"),
    "online-retail-2(path='{}/online-retail/online_retail_II_2009-2010.parquet')": (
        407_695,
        4_314,
        4_017,
        "117,766 rows",
    ),
    "jodie(path='{}/jodie-wikipedia/wikipedia_uitl.csv')": (157_474, 8_227, 1_000, "as published"),
    "collegemsg(path='{}/collegemsg/CollegeMsg.txt')": (59_835, 1_350, 1_862, "as published"),
    "bitcoin-otc(path='{}/bitcoin-otc/soc-sign-bitcoinotc.csv')": (35_592, 4_814, 5_858, "as published"),
    "yoochoose('prepared', path='{}/yoochoose-100k')": (70_278, 17_794, 2_933, "seconds counted from 1970"),
    "amazon-2018('Magazine_Subscriptions', path='{}/amazon-magazine')": (89_689, 72_098, 2_428, "as published"),
    "amazon-2018-5core('Gift_Cards', path='{}/amazon-giftcards-5core')": (2_972, 458, 148, "as published"),
    "diginetica('purchases', path='{}/diginetica-purchases')": (18_025, 12_630, 11_244, "as published"),
    "ader-diginetica(path='{}/ader-diginetica')": (993_483, 204_789, 43_136, "each file is 7 days"),
    "open-bandit('bts-all', path='{}/open-bandit/bts_all.csv.gz')": (10_000, 1, 80, "numbers (1,), words (5,)"),
    "criteo(path=['{}/criteo-8k/train.csv', '{}/criteo-8k/dev.csv', '{}/criteo-8k/test.csv'])": (
        8_000,
        1,
        1,
        "numbers (13,), words (26,)",
    ),
}
AS_ANYONES = {
    "file('{}/online-retail/online_retail_2y.npz')": (765_986, 5_852, 4_619, "1 minute"),
    "file('{}/gitlog-pyg/gitlog_pyg_author_file.csv.gz')": (25_045, 589, 2_391, "1 second"),
    "file('{}/movietweetings-100k/movietweetings100k.npz')": (100_000, 16_554, 10_506, "1 second"),
    "file('{}/yoochoose-100k/yoochoose-clicks-100k_test.txt')": (13_568, 3_416, 1_771, "1 millisecond"),
    "folder('{}/ader-diginetica', '*.txt', each_days=7, user=0, item=1, sep='whitespace', header=False)": (
        993_483,
        204_789,
        43_136,
        "each file is 7 days",
    ),
}


@pytest.mark.parametrize("expression", [*BY_NAME, *AS_ANYONES], ids=lambda text: text[:40])
def test_a_real_stream_loads_from_the_command_line_with_its_counts(shared_data, capsys, expression):
    events, users, items, words = (BY_NAME | AS_ANYONES)[expression]
    with pytest.raises(SystemExit) as left:
        main(["data", "describe", expression.replace("{}", str(shared_data))])
    told = capsys.readouterr()
    assert left.value.code == 0, told.err
    facts = dict(line.split(maxsplit=1) for line in told.out.splitlines() if len(line.split()) > 1)
    found = tuple(facts[name] for name in ("events", "users", "items"))
    assert found == (f"{events:,}", f"{users:,}", f"{items:,}")
    assert words in told.out


@pytest.mark.parametrize(("campaign", "items"), [("all", 80), ("men", 34), ("women", 46)])
def test_the_random_policy_of_open_bandit_shows_every_item_alike(shared_data, campaign, items):
    path = shared_data / "open-bandit" / f"random_{campaign}.csv.gz"
    stream = NAMED["open-bandit"](f"random-{campaign}", path=path).load()  # type: ignore[operator]
    assert len(stream.items) == items
    assert set(stream.features["numbers"].ravel().tolist()) == {float(np.float32(Fraction(1, items)))}
    assert 38 <= stream.label.sum() <= 69


def test_criteo_is_read_number_by_number(shared_data):
    path = shared_data / "criteo-8k" / "train.csv"
    stream = NAMED["criteo"](path=path).load()  # type: ignore[operator]
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    assert stream.label.tolist() == [float(line[0]) for line in lines]
    raw = np.array([[float(value or 0) for value in line[1:14]] for line in lines])
    assert stream.features["numbers"] == pytest.approx(np.sign(raw) * np.log1p(np.abs(raw)), rel=1e-6)
    for place in range(26):
        words = stream.features["words"][:, place].tolist()
        pairs = set(zip(words, (line[14 + place] for line in lines), strict=True))
        assert len(pairs) == len(set(words)) == len({line[14 + place] for line in lines})


def test_the_weeks_of_ader_hold_the_tests_of_the_published_table(shared_data):
    stream = NAMED["ader-diginetica"](path=shared_data / "ader-diginetica").load()  # type: ignore[operator]
    week = stream.time // (7 * 86_400_000_000)
    assert len(set(week.tolist())) == 17
    tests = 0
    for number in range(1, 17):
        known = stream.item[week < number].max() + 1  # codes are in the order of first appearance
        rows = (week == number) & (stream.item < known)
        tests += int(rows.sum()) - len(Counter(stream.user[rows].tolist()))
    assert tests == 688_105


def test_the_magazines_of_amazon_are_nearly_all_ties_of_users_who_come_once(shared_data):
    path = shared_data / "amazon-magazine" / "Magazine_Subscriptions.csv"
    stream = NAMED["amazon-2018"]("Magazine_Subscriptions", path=path).load()  # type: ignore[operator]
    times = Counter(stream.time.tolist())
    assert sum(count for count in times.values() if count > 1) / len(stream) == pytest.approx(0.99, abs=0.005)
    users = Counter(stream.user.tolist())
    assert sum(count == 1 for count in users.values()) / len(users) == pytest.approx(0.85, abs=0.01)
