"""The mutants' own instrument: a line made wrong is noticed, one that nobody tests is a survivor."""

from dataclasses import replace

import pytest

from drill.mutants import ROOT, Survived, a_copy, killed, made
from drill.mutation import Mutation
from drill.mutations import MUTATIONS

ID_CHECK = next(mutation for mutation in MUTATIONS if mutation.wrong.startswith("an answer meant for another"))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.wrong.replace(" ", "_"))
def test_each_mutation_still_has_its_line_and_its_tests(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text().count(mutation.old) == 1
    assert (ROOT / mutation.tests).is_file()


def test_a_planted_mutation_is_killed_and_one_that_changes_nothing_survives() -> None:
    with a_copy() as tree:
        killed(ID_CHECK, tree)
        whole = (tree / ID_CHECK.file).read_text()
        with pytest.raises(Survived, match="no test fails"):
            killed(replace(ID_CHECK, new=ID_CHECK.old + "  # the same"), tree)
        with pytest.raises(Survived, match="no such line"), made(replace(ID_CHECK, old="no such words"), tree):
            pass
        assert (tree / ID_CHECK.file).read_text() == whole
