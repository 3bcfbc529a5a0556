from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.ingest import match
from cxlib.ingest.columns import Column
from cxlib.ingest.scales import points, scaled
from cxlib.ingest.scores import scores_of


def column(name, answers):
    made = Column(name, "text")
    made.add(pa.array(list(answers), pa.string()))
    return made


def numbers(low, high, times=3):
    return [str(i) for i in range(low, high + 1)] * times


@pytest.mark.parametrize(
    ("header", "answers", "metric", "low", "high"),
    [
        ("NPS", numbers(0, 10), "nps", 0, 10),
        ("How likely are you to recommend us to a friend?", numbers(5, 10), "nps", 0, 10),
        ("Seberapa besar Anda merekomendasikan kami?", numbers(0, 10), "nps", 0, 10),
        ("CSAT", numbers(1, 5), "csat", 1, 5),
        ("Satisfaction (1-7)", numbers(3, 5), "csat", 1, 7),
        ("satisfaction", numbers(1, 10), "csat", 1, 10),
        ("CES", numbers(1, 7), "ces", 1, 7),
        ("Bintang", numbers(1, 5), "rating", 1, 5),
        ("Nota", numbers(1, 10), "rating", 1, 10),
        ("Rating", ["80%", "95%", "100%"], "rating", 0, 100),
    ],
)
def test_a_scale_is_told_by_the_header_and_all_answers(header, answers, metric, low, high):
    score = scaled(column(header, answers)).score
    assert (score.metric, score.low, score.high, score.words) == (metric, low, high, {})


@pytest.mark.parametrize(
    ("answers", "worth"),
    [
        (["Sangat puas", "Puas", "Cukup puas", "Tidak puas", "Sangat tidak puas"], [5, 4, 3, 2, 1]),
        (["Sangat puas", "Puas", "Cukup puas", "Kurang puas", "Tidak puas"], [5, 4, 3, 2, 1]),
        (["Very satisfied", "Satisfied", "Neutral", "Dissatisfied"], [5, 4, 3, 2]),
        (["Strongly agree", "Agree", "Somewhat agree", "Disagree"], [7, 6, 5, 2]),
        (["Sehr zufrieden", "Zufrieden", "Unzufrieden"], [5, 4, 2]),
        (["Très satisfait", "Insatisfait"], [5, 2]),
        (["5 - Very satisfied", "1 - Very dissatisfied", "3"], [5, 1, 3]),
        (["★★★★☆", "★☆☆☆☆"], [4, 1]),
        (["4/5", "2/5"], [4, 2]),
        (["5 stars", "1 star"], [5, 1]),
    ],
)
def test_answers_in_words_have_points(answers, worth):
    score = scaled(column("How satisfied are you with us?", answers * 5)).score
    assert [score.words[a.casefold()] for a in answers] == worth
    assert (score.low, score.high) in {(1, 5), (1, 7)}


def test_net_promoter_groups_keep_their_group():
    score = scaled(column("NPS_NPS_GROUP", ["Promoter", "Passive", "Detractor"] * 4)).score
    assert score.metric == "nps"
    assert score.words["promoter"] >= 9
    assert 7 <= score.words["passive"] <= 8
    assert score.words["detractor"] <= 6


def test_what_is_beyond_the_scale_is_counted_and_does_not_widen_it():
    found = scaled(column("nps", [*numbers(0, 10, 20), "11", "11", "Blank", "n/a", "abc"]))
    assert (found.score.low, found.score.high) == (0, 10)
    assert found.outside == {"11": 2, "abc": 1}


@pytest.mark.parametrize(
    ("header", "answers"),
    [
        ("Number of ratings", numbers(1, 5)),
        ("Review date", ["2025-01-01", "2025-01-02"]),
        ("customer_id", numbers(1, 5)),
        ("Why did you give this score?", ["It was late", "Good"]),
        ("NPS of the month", ["-20", "35", "41"]),
        ("Conversion Rate", ["1.2%", "3.4%"]),
        ("score", []),
    ],
)
def test_other_columns_hold_no_points(header, answers):
    assert scaled(column(header, answers)) is None


def test_old_effort_scores_may_run_the_other_way(stage):
    assert scaled(column("CES", numbers(1, 5))).direction_open
    assert not scaled(column("CES", numbers(1, 7))).direction_open
    rows = "".join(f"{i},{1 + i % 5}\n" for i in range(40))
    (question,) = match.propose(stage("customer_id,Customer effort score\n" + rows)).questions
    assert question.id == "scale_direction:score"
    assert {choice.value for choice in question.choices} == {"high", "low"}


def test_the_first_score_is_the_one_that_people_mean():
    order = list(
        scores_of(
            [
                column("Service quality", numbers(1, 5)),
                column("Overall satisfaction", numbers(1, 5)),
                column("NPS", numbers(0, 10)),
            ]
        )
    )
    assert order == ["NPS", "Overall satisfaction", "Service quality"]


@given(st.integers(0, 10), st.sampled_from(["{}", "{}/10", "{} out of 10", "{} - words", " {} "]))
def test_a_number_in_an_answer_is_its_point(number, form):
    found = points(form.format(number))
    assert found is not None
    assert found[0] == number


def test_sfo_2017_is_read_as_its_questionnaire_says(shared, stage):
    proposal = match.propose(stage(shared("data/surveys/sfo_2017.csv")))
    assert proposal.kind == "responses"
    assert (proposal.mapping["score"], proposal.mapping["weight"]) == ("NETPRO", "WEIGHT")
    scores = {s.column: (s.metric, s.low, s.high) for s in proposal.scores}
    assert proposal.scores[0].column == "NETPRO"
    assert scores["NETPRO"] == ("nps", 0, 10)
    assert scores["Q7ALL"] == ("csat", 1, 5)
    assert scores["Q7FOOD"] == ("rating", 1, 5)
    codes = {"Q21INCOME", "Q19AGE", "Q20GENDER", "Q2PURP1", "RESPNUM", "PEAK"}
    assert not codes & set(scores)
    assert proposal.shape == "wide"
    assert Counter(a.type for a in proposal.attributes)["number"] > 20
