"""Longest idle, longest waiting, specialists first."""

from tests.support.views import ACT, candidate, dispatch, make, which_team


def test_longest_idle_serves_by_wait_live_first_and_the_specialist():
    policy = make("longest_idle")
    waiting = (candidate(0, wait=50.0), candidate(1, wait=90.0))
    assert policy.decide(dispatch(*waiting)) == ACT.queue[1]
    mail = candidate(2, wait=9000.0, backlog=True)
    assert policy.decide(dispatch(*waiting, mail)) == ACT.queue[1]
    blended = make("longest_idle", live_first=False)
    assert blended.decide(dispatch(*waiting, mail)) == ACT.queue[2]
    assert policy.decide(which_team(0, 1)) == ACT.team[1]  # billing: one skill, two channels
