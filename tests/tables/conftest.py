"""A world of three states that obeys the shipped descriptor, to be broken one cell at a time."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

CODES = (
    "passage_id,annotator,relevant,pol,inf,cri,mil,ter,oth,gen,"
    "primary,level,referent,agent,measure,pol_kind,hostile"
)
POLITICAL = "1,1,0,1,0,0,0,0,pol,1,society,state,content,interference,1"
GENERAL = "1,0,0,0,0,0,0,1,gen,0,international,none,norms,none,0"
SILENT = "0,0,0,0,0,0,0,0,none,0,none,none,none,none,0"
WHO = ("A", "B", "adjudicated")
AGAIN = ("C", "D", "adjudicated_2")

WORLD = {
    "states.csv": [
        "iso3,cow,name,region,kind,member_from,member_to,cow_from,cow_to,note",
        "EST,366,Estonia,Eastern European,member,1991-09-17,,1991-09-06,,",
        "EU,,European Union,,organisation,,,,,",
        "NLD,210,Netherlands,Western European and Other,member,1945-12-10,,1945-06-25,,",
        "YUG,345,Serbia and Montenegro,Eastern European,member,2000-11-01,2006-06-02,1944-10-20,2006-06-02,",
    ],
    "panel.csv": [
        "iso3,year,cinc,milex_rank,gdp,gdp_per_head,internet_users,fsi_cohesion_rank,wgi_stability,"
        "sfi_legitimacy_rank,bti_stateness_rank,fractionalization,polyarchy",
        *(f"EST,{year},0.001,1.5,2e+10,15000.5,70.1,2,0.5,,1,0.4,0.9" for year in range(1995, 2025)),
        *(f"NLD,{year},0.01,2.0,8e+11,45000,,1,,2,,0.1,0.9" for year in range(1995, 2025)),
        *(f"YUG,{year},,,,,,,,,,," for year in range(2000, 2006)),
    ],
    "documents.csv": [
        "doc_id,corpus,iso3,year,session,text,words,cyber_security,information_security,windows,sampled,seed,in_paper",
        "NCSS-NLD-2011,NCSS,NLD,2011,,document,5000,90,2,1,1,strategies-NCSS-NLD-2011,0",
        "UNGDC-EST-66-2011,UNGDC,EST,2011,66,record,1200,3,0,2,2,,0",
        "UNGDC-EU-66-2011,UNGDC,EU,2011,66,record,1000,0,0,0,0,,0",
    ],
    "passages.csv": [
        "passage_id,doc_id,start,end,sha256",
        "P00000001,UNGDC-EST-66-2011,10,90,0123456789abcdef",
        "P00000002,UNGDC-EST-66-2011,100,190,0123456789abcdee",
        "P00000003,NCSS-NLD-2011,0,80,0123456789abcded",
    ],
    "conventional.csv": ["doc_id,war,nuclear,terrorism", "UNGDC-EST-66-2011,2,0,1", "UNGDC-EU-66-2011,0,1,0"],
    "gists.csv": [
        "passage_id,gist",
        'P00000001,"Warns of lies, and of theft."',
        "P00000002,Names a danger.",
        "P00000003,Plans a centre.",
    ],
    "codes.csv": [
        CODES,
        *(f"P00000001,{who},{POLITICAL}" for who in WHO),
        *(f"P00000002,{who},{GENERAL}" for who in WHO),
        *(f"P00000003,{who},{SILENT}" for who in WHO),
        *(f"P0000000{passage},{who},{SILENT}" for passage in (1, 2, 3) for who in AGAIN),
    ],
    "annotators.csv": [
        "annotator,codebook,role,coded,note,kind,model,version,settings",
        *(f"{who},1,coder,2026-11,,model,,," for who in WHO),
        *(f"{who},2,coder,2026-11-28,,model,,," for who in AGAIN),
    ],
    "decisions.csv": ["passage_id,annotator,rules,definitions", "P00000001,C,2;17,level"],
    "resolutions.csv": [
        "rcid,resolution,date,session,title,ict,contested,yes,no,abstain",
        "9001,73/27,2018-12-05,73,Information security,1,1,1,0,1",
    ],
    "votes.csv": ["rcid,iso3,vote", "9001,EST,yes", "9001,NLD,abstain"],
    "accessions.csv": ["organisation,iso3,date,event,source", "NATO,EST,2015-03-29,accession,A treaty"],
    "memberships.csv": [
        "organisation,iso3,from,to,status,source",
        "NATO,EST,2015,,full,A treaty",
        "NATO,NLD,1990,,full,A table",
    ],
    "alliances.csv": ["iso3,ally,year", "EST,NLD,2018"],
    "mask_leak.csv": [
        "target,corpus,passages,states,classes,right,accuracy,largest",
        "region,UNGDC,20,5,3,9,0.45,0.4",
    ],
    "contiguity.csv": ["iso3,neighbour,kind,first,last", "EST,NLD,5,1995,2016"],
    "great_powers.csv": ["iso3,first,last", "NLD,1995,2016"],
    "paris_call.csv": ["iso3,date,source", "EST,,A list", "NLD,2019-11-12,A list"],
    "vote_proposals.csv": [
        "resolution,threats,route,intrusiveness,basis",
        "73/27,pol inf,threat,0.6,Its title.",
    ],
    "illustrations.csv": [
        "case_id,actor,iso3,year,threat,referent,agent,measure,audience,level,quadrant_read,section,page,"
        "citation,gist",
        "estonia,A minister,EST,2007,inf,state,state,defend,The allies,1,WS,2,5,hare2010,Asks for help.",
    ],
    "named_examples.csv": [
        "example,iso3,quadrant,narrow,population,section,quotation,why",
        "Estonia,EST,WS,1,1299,2,A strategy,Its statement illustrates one.",
    ],
    "claims.csv": [
        "claim,section,text,quoted,treatment,chapter,findings,reason",
        "1,1,All fear the same,0,tested,06_quadrants,B1;B2,",
    ],
    "added_hypotheses.csv": ["finding,chapter,reason", "R1,11_rivals,A rival"],
    "tiles.csv": ["iso3,row,col", "EST,1,5", "NLD,2,4"],
}


class World:
    """A data folder, and ways to break it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, file: str) -> list[str]:
        return (self.path / file).read_text(encoding="utf-8").splitlines()

    def rewrite(self, file: str, change: Callable[[list[str]], list[str]]) -> None:
        text = "\n".join(change(self.lines(file))) + "\n"
        (self.path / file).write_text(text, encoding="utf-8", newline="")

    def set(self, file: str, line: int, column: str, value: str) -> None:
        """Put `value` into one cell; the header is line 1."""
        rows = list(csv.reader(self.lines(file)))
        rows[line - 1][rows[0].index(column)] = value
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (self.path / file).write_text(text.getvalue(), encoding="utf-8", newline="")


@pytest.fixture
def world(tmp_path: Path, data_dir: Path) -> World:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data_dir / "datapackage.json", folder)
    for file, lines in WORLD.items():
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return World(folder)
