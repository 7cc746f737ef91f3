"""Choosing names in a query without typing: what is chosen already, and the query with another choice."""

from collections.abc import Sequence

from diary.query.terms import AllOf, AnyOf, Field, Term, all_of, any_of


def chosen(term: Term, name: str) -> tuple[str, ...]:
    """The values of the field ``name`` that every day meant by ``term`` must have, or have one of."""
    return tuple(field.text for part in _parts(term) for field in _choice(part, name))


def choose(term: Term, name: str, texts: Sequence[str]) -> Term:
    """``term`` with these values of the field ``name`` chosen in the place of those that are.

    A day has one mood and one song, so any of them will do; of tags, all are wanted.
    """
    rest = [part for part in _parts(term) if not _choice(part, name)]
    fields = [Field(name, text) for text in texts]
    if not fields:
        return all_of(*rest)
    return all_of(*rest, *fields) if name == "tag" else all_of(*rest, any_of(*fields))


def _parts(term: Term) -> tuple[Term, ...]:
    return term.terms if isinstance(term, AllOf) else (term,)


def _choice(part: Term, name: str) -> tuple[Field, ...]:
    """The fields that ``part`` offers a choice of, none where it is anything else."""
    offered = part.terms if isinstance(part, AnyOf) and name != "tag" else (part,)
    fields = tuple(one for one in offered if isinstance(one, Field) and one.name == name)
    return fields if len(fields) == len(offered) else ()
