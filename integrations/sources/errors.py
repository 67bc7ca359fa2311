"""Everything that can go wrong with a database or an interface that is read, as one tree.

    SourceError
    ├── MappingError         the mapping file is wrong: nothing was asked
    ├── SourceUnavailable    no connection, no answer in time, asked for patience: run it again later
    ├── SourceRefused        address, account or right is wrong: somebody must mend it
    ├── SourceUnreadable     it answered, but not what the mapping says
    └── LandingUnwritable    what came cannot be kept: the disk or its rights

Belongs here: what a caller must be able to tell apart. Not here: faults of rows and cells, which land as they are and go to
quarantine later. No message carries an address with its password, a token, or a value of a row.
"""

from __future__ import annotations


class SourceError(Exception):
    """An extraction that brought nothing. The text says where, what is wrong and how to mend it."""


class MappingError(SourceError):
    """The mapping file cannot be used."""


class SourceUnavailable(SourceError):  # noqa: N818 - the name says what happened
    """It may pass by itself: run the same date again."""


class SourceRefused(SourceError):  # noqa: N818 - the name says what happened
    """It will not pass by itself: address, account or right."""


class SourceUnreadable(SourceError):  # noqa: N818 - the name says what happened
    """The answer is not what the mapping says."""


class LandingUnwritable(SourceError):  # noqa: N818 - the name says what happened
    """The landing folder does not take what came."""
