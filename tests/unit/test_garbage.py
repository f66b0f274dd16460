"""What a worker has built when it has started is searched for garbage no more."""

import gc

from flightagents.garbage import keep_for_good


def test_what_stands_is_not_searched_again_and_what_comes_later_is() -> None:
    stands: list[object] = [[]]
    try:
        keep_for_good()
        later: list[object] = [[]]
        searched = {id(each) for each in gc.get_objects()}
    finally:
        gc.unfreeze()
    assert id(stands) not in searched
    assert id(later) in searched
