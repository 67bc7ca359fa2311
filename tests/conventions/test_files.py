"""How files are kept: each module says what it is, package files are empty, and no file knows whose machine it lies on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from checkout import CHECKOUT, PACKAGES, modules, name, texts

# a folder that belongs to a person or a machine; one of a bank's server (/srv, /var, /opt) may be spoken of
_SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~}>])/(?:home|work|root|Users)/[\w.-]+")


def says_what_it_is(source: str) -> bool:
    """Whether a module's docstring is a sentence."""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return docstring.split("\n\n")[0].rstrip().endswith((".", ":", "?"))


def test_every_module_opens_with_what_it_is() -> None:
    found = [path for path in modules(*PACKAGES) if path.name != "__init__.py"]
    assert {path.relative_to(CHECKOUT).parts[0] for path in found} == set(PACKAGES)
    assert [name(path) for path in found if not says_what_it_is(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "source", ["", "x = 1", '"""   """', "# a comment\nx = 1", "def f():\n    '''Inside.'''", '"""no sentence"""']
)
def test_a_module_without_a_sentence_at_its_top_would_be_found(source: str) -> None:
    assert not says_what_it_is(source)


def test_package_files_are_empty() -> None:
    files = [path for path in modules(*PACKAGES) if path.name == "__init__.py"]
    assert len(files) >= len(PACKAGES)
    assert [name(path) for path in files if path.read_bytes()] == []


def test_no_file_speaks_of_a_folder_on_somebodys_machine() -> None:
    read = list(texts())
    assert {CHECKOUT / "pyproject.toml", CHECKOUT / "Makefile", CHECKOUT / "contract" / "landing.yml", Path(__file__)} <= set(
        read
    )
    spoken = {name(path): _SOMEBODYS_FOLDER.findall(path.read_text(encoding="utf-8")) for path in read}
    assert {path: found for path, found in spoken.items() if found} == {}


@pytest.mark.parametrize("place", ["home", "work", "root", "Users"])
def test_a_folder_on_somebodys_machine_would_be_found(place: str) -> None:
    path = "/".join(("", place, "ann", "bank"))
    for text in (path, f'"{path}"', f"cd {path}", f"C360_HOME={path}", f"file://{path}"):
        assert _SOMEBODYS_FOLDER.search(text), text
    for text in (f"~{path}", f"data{path}", f"C360_HOME/{place}", f"{{root}}{path}", "/srv/bank/landing"):
        assert not _SOMEBODYS_FOLDER.search(text), text
