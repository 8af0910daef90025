"""Where an algorithm comes from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Paper"]


_VENUES = {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle", "book": "publisher"}
"""What BibTeX calls the venue of each type of entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A publication, with what a citation needs.

    Parameters
    ----------
    key : str
        BibTeX key, unique within porism: first author, year, first word of the title.
    title : str
        As printed; words whose capitals matter in braces, as BibTeX wants them.
    authors : tuple of str
        ``"Family, Given"`` each.
    year : int
        Year of publication.
    venue : str
        Journal or proceedings.
    volume, pages, doi, arxiv, url : str, optional
        As far as they exist.
    kind : str
        BibTeX entry type.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    year: int
    venue: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""
    url: str = ""
    kind: str = "article"

    def __str__(self) -> str:
        """``Schubert & Rousseeuw 2021, Fast and Eager k-Medoids Clustering…``"""
        title = self.title.replace("{", "").replace("}", "")
        return f"{self.short}, {title}" + (f", {self.venue}" if self.venue else "")

    @property
    def short(self) -> str:
        """Authors and year, as a text cites them: ``Schubert & Rousseeuw 2021``."""
        family = [author.split(",")[0] for author in self.authors]
        names = " & ".join(family) if len(family) <= 2 else f"{family[0]} et al."
        return f"{names} {self.year}"

    @property
    def link(self) -> str:
        """The best address there is: the DOI's, arXiv's, or the given one."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else self.url

    def bibtex(self) -> str:
        """The BibTeX entry."""
        where = _VENUES.get(self.kind, "howpublished")
        fields = {
            "title": self.title,
            "author": " and ".join(self.authors),
            where: self.venue,
            "volume": self.volume,
            "pages": self.pages,
            "year": str(self.year),
            "doi": self.doi,
            "eprint": self.arxiv,
            "archiveprefix": "arXiv" if self.arxiv else "",
            "url": self.url,
        }
        width = max(len(name) for name, value in fields.items() if value)
        body = ",\n".join(f"  {name:<{width}} = {{{value}}}" for name, value in fields.items() if value)
        return f"@{self.kind}{{{self.key},\n{body}\n}}"
