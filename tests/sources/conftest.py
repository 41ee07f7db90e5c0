"""A world of a few states, and publishers' files about it, small enough to check by eye."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from buzanlib.sources.crosswalk import Crosswalk

STATES = """\
iso3,cow,name,region,kind,member_from,member_to,cow_from,cow_to,note
EU,,European Union,,organisation,,,,,Speaks since 2011.
FSM,987,Micronesia,Asia-Pacific,member,1991-09-17,,1991-09-17,,
SRB,345,Serbia,Eastern European,member,2006-06-03,,2006-06-03,,
TUR,640,Türkiye,Western European and Other,member,1945-10-24,,1816-01-01,,
USA,2,United States,Western European and Other,member,1945-10-24,,1816-01-01,,
YUG,345,Serbia and Montenegro,Eastern European,member,2000-11-01,2006-06-02,1944-10-20,2006-06-02,
"""


@pytest.fixture
def states_csv(tmp_path: Path) -> Path:
    path = tmp_path / "states.csv"
    path.write_text(STATES, encoding="utf-8")
    return path


@pytest.fixture
def crosswalk(states_csv: Path) -> Crosswalk:
    return Crosswalk.read(states_csv)


def cells(column: str, row: int, value: Any) -> str:
    """One cell of a sheet, as XML."""
    place = f"{column}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, datetime.date):
        return f'<c r="{place}" t="d"><v>{value.isoformat()}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


Sheets = pd.DataFrame | dict[str, pd.DataFrame]
Writer = Callable[[Sheets, Path], Path]


def sheet_of(table: pd.DataFrame, main: str) -> str:
    """One sheet, as XML: the headings, then the rows."""
    rows = [list(table.columns), *table.to_numpy(dtype=object).tolist()]
    body = "".join(
        f'<row r="{number}">'
        + "".join(cells(chr(65 + place), number, value) for place, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'


@pytest.fixture
def write_workbook() -> Writer:
    """Writes the smallest workbook that is one, so that no test needs a library for it."""
    office = "http://schemas.openxmlformats.org"
    main, relations = f"{office}/spreadsheetml/2006/main", f"{office}/officeDocument/2006/relationships"
    package = f"{office}/package/2006"
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def related(targets: dict[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="r{number}" Type="{relations}/{kind}" Target="{target}"/>'
            for number, (target, kind) in enumerate(targets.items(), start=1)
        )
        return f'<Relationships xmlns="{package}/relationships">{inner}</Relationships>'

    def write(tables: Sheets, path: Path) -> Path:
        named = {"a": tables} if isinstance(tables, pd.DataFrame) else tables
        files = {f"worksheets/sheet{number}.xml": name for number, name in enumerate(named, start=1)}
        kinds = "".join(
            f'<Override PartName="/xl/{file}" ContentType="{media}.worksheet+xml"/>' for file in files
        )
        sheets = "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
            for number, name in enumerate(files.values(), start=1)
        )
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{media}.sheet.main+xml"/>{kinds}</Types>',
            "_rels/.rels": related({"xl/workbook.xml": "officeDocument"}),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": related(dict.fromkeys(files, "worksheet")),
            **{f"xl/{file}": sheet_of(named[name], main) for file, name in files.items()},
        }
        with zipfile.ZipFile(path, "w") as book:
            for name, content in parts.items():
                book.writestr(name, content)
        return path

    return write


def digest(text: str) -> str:
    """Hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


SPEECH = (
    "Friends, peace is our aim. Cyber attacks on our hospitals are a threat to all. We ask for norms. "
    "The sea is blue. The land is green."
)
STRATEGY = (
    "This strategy protects the nation and all who live in it from harm in the years to come. Criminals "
    "steal from citizens and from firms every single day. We shall train the police. We shall build trust."
)


@pytest.fixture
def small_raw(tmp_path: Path, write_workbook: Writer) -> Path:
    """A folder with one small file of every publisher."""
    top = tmp_path / "raw"
    (top / "coding").mkdir(parents=True)

    def csv(name: str, text: str) -> None:
        content = text.encode()
        (top / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    csv(
        "cow_states.csv",
        "ccode,styear,stmonth,stday,endyear\n2,1816,1,1,2016\n345,1944,10,20,2016\n347,2008,2,20,2016\n"
        "640,1816,1,1,2016\n987,1991,9,17,2016\n",
    )
    csv("cow_codes_unga.csv", "ccode,Country\n2,USA\n260,GFR\n345,SRB\n640,TUR\n713,TWN\n987,FSM\n")
    csv(
        "nmc_v7.csv",
        "ccode,year,cinc\n2,2004,0.14\n345,2004,0.0015\n345,2010,0.001\n347,2010,0.0001\n640,2004,0.01\n",
    )
    csv(
        "sipri_milex.csv",
        "Entity,Year,military_expenditure\nWorld,2004,9e9\nUnited States,2004,500\nTurkey,2004,20\n"
        "Serbia,2004,5\n"
        "United States,1990,400\n",
    )
    for series, value in {
        "total_gdp_us_inflation_adjusted": 1e9,
        "gdppercapita_us_inflation_adjusted": 1e4,
        "internet_users": 50.5,
    }.items():
        csv(f"wb_{series}.csv", f"geo,time,{series}\nabw,2004,1\nkos,2010,1\nusa,2004,{value}\nsrb,2004,2\n")
    indicators = "C1: Security Apparatus,C2: Factionalized Elites,C3: Group Grievance,P1: State Legitimacy"
    csv(
        "fsi_2006_2023.csv",
        f"Country,src_year,{indicators}\nMicronesia,2006,4,4,4,4\nUnited States,2006,2,3,4,3\n"
        "Türkiye,2006,5,6,7,6\nSerbia,2006,6,6,6,6\n",
    )
    write_workbook(
        pd.DataFrame(
            {
                "country": ["Serbia & Montenegro", "United States", "Turkey", "Taiwan"],
                "year": [2004, 2004, 2004, 2004],
                "legit": [6, 1, 6, 1],
            }
        ),
        top / "SFIv2018.xls",
    )
    write_workbook(
        pd.DataFrame(
            {
                "countryname": ["United States", "Serbia", "Aruba", "Türkiye", "United States"],
                "year": [2004, 2004, 2004, 2004, 2004],
                "indicator": ["pv", "pv", "pv", "pv", "cc"],
                "estimate": [0.5, -0.75, 1.25, "..", 9.0],
            }
        ),
        top / "wgidataset.xlsx",
    )
    csv(
        "bti.csv",
        "bti_country,year,Q1_Stateness\nTu\u0308rkiye,2004.0,7.0\nSerbia,2004.0,8.75\nKosovo,2010.0,6\nSerbia,2010.0,\n",
    )
    csv("hief.csv", "ccode,year,efindex\n640,2004,0.3\n640,2004,0.3\n345,2004,0.4\n713,2004,0.2\n")
    csv(
        "vdem_indices.csv",
        "country_text_id,year,v2x_polyarchy\nUSA,2004,0.9\nSRB,2004,0.6\nSRB,2006,0.65\nXKX,2006,0.4\n",
    )
    csv(
        "igo_memberships.csv",
        "ccode,year,asean,au,cis,coe,csto,ecowas,eu,gcc,nato,oas,osce,sco\n"
        + "".join(
            f"{code},{year},0,-1,0,{coe},0,0,0,0,{nato},0,1,0\n"
            for code, nato in ((2, 1), (640, 1), (345, 0))
            for year, coe in ((2003, 1), (2004, 0), (2013, 1), (2014, 3))
        ),
    )
    csv(
        "atop5_dyads.csv.gz",
        "ccode1,ccode2,year,atop_defense\n640,2,2018,1\n2,640,2018,1\n2,345,2018,0\n2,345,1995,1\n2,713,2018,1\n",
    )
    csv(
        "cyber_votes_1998_2020.csv",
        "rcid,ccode,vote,date,unres,short\n"
        + "".join(f"1,{code},{vote},2005-12-08,R/60/45,ICT\n" for code, vote in ((2, 3), (345, 1), (315, 9)))
        + "".join(
            f"7,{code},{vote},2018-12-05,R/73/27,Developments : resolution / adopted by the Assembly\n"
            for code, vote in ((2, 3), (345, 1), (640, 2))
        ),
    )
    csv(
        "cyber_votes_2022_2023.csv",
        "resolution,date,iso3,vote\n"
        + "".join(
            f"A/RES/77/36,2022-12-07,{iso3},{vote}\n"
            for iso3, vote in {"USA": "NO", "TUR": "ABSTAIN", "SRB": "YES", "FSM": "NOVOTE"}.items()
        ),
    )
    csv(
        "cow_contiguity.csv",
        "ccode1,ccode2,conttype,stdate,enddate\n345.0,640.0,1.0,1920-01-01,2010-12-01\n"
        "640.0,345.0,1.0,1920-01-01,2010-12-01\n2.0,987.0,4.0,1993-02-01,2008-05-01\n"
        "2.0,987.0,2.0,2008-05-01,2016-12-01\n2.0,345.0,0.0,1993-01-01,2016-12-01\n"
        "2.0,640.0,1.0,1920-01-01,1990-12-01\n345.0,347.0,1.0,2008-02-01,2016-12-01\n",
    )
    csv("cow_majors.csv", "ccode,styear,endyear\n2,1898,2016\n345,1991,2016\n345,1816,1918\n300,1816,1918\n")
    csv(
        "pariscall_states.csv",
        'name_fr,iso3,date_signed\n"Micronésie",FSM,\n"Serbie",SCG,\n"États-Unis",USA,2019-11-12\n',
    )
    csv(
        "unga_resolutions_2010_2020.csv",
        "rcid,session,date,unres,short\n7,73,2018-12-05,R/73/27,Developments\n8,75,2020-12-31,A/RES/75/254[A],Budget\n"
        "9,70,2015-12-01,R/70/1,Other\n",
    )
    pd.DataFrame(
        [(7, "2", 3), (7, "345", 1), (7, "640", 2), (8, "2", 1), (8, "345", 8), (8, "987", 1), (9, "2", 1)],
        columns=["rcid", "ccode", "vote"],
    ).to_parquet(top / "unga_votes_2010_2020.parquet")

    for name, text in {
        "USA_60_2005": SPEECH,
        "YUG_60_2005": "All is well.",
        "EU_66_2011": "Peace. Trust.",
        "USA_79_2024": "All is well.",
        "USA_80_2025": SPEECH,
    }.items():
        folder = top / "TXT" / f"Session {name[-7:-5]} - {name[-4:]}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.txt").write_text("\ufeff" + text.replace(". ", ".\n\n "), encoding="utf-8")
    pd.DataFrame(
        [("NCSS-TUR-2013", "TUR", 2013, STRATEGY)], columns=["doc_id", "iso3", "year", "text"]
    ).to_parquet(top / "ncss_texts.parquet")
    csv("coding/strategy_sampling.csv", "doc_id,seed\nNCSS-TUR-2013,strategies-NCSS-TUR-2016\n")

    speech = SPEECH[: SPEECH.index(" The sea")]
    strategy = STRATEGY[: STRATEGY.index(" We shall build")]
    places = [
        ("P" + digest("UNGDC-USA-60-20050")[:8], "UNGDC-USA-60-2005", 0, len(speech), digest(speech)[:16]),
        ("P" + digest("NCSS-TUR-20160")[:8], "NCSS-TUR-2013", 0, len(strategy), digest(strategy)[:16]),
        ("P" + digest("UNGDC-USA-80-20250")[:8], "UNGDC-USA-80-2025", 0, len(speech), digest(speech)[:16]),
        ("P" + digest("UNGDC-TUR-81-202640")[:8], "UNGDC-TUR-81-2026", 40, 90, digest("typed")[:16]),
    ]
    for name, some in {"passages": places[:2], "passages_2025_2026": places[2:]}.items():
        pd.DataFrame(some, columns=["passage_id", "doc_id", "start", "end", "sha256"]).to_csv(
            top / "coding" / f"{name}.csv", index=False
        )
    csv(
        "coding/documents_2026.csv",
        "doc_id,iso3,year,characters\nUNGDC-TUR-81-2026,TUR,2026,900\nUNGDC-SRB-81-2026,SRB,2026,800\n",
    )
    head = (
        "passage_id,annotator,relevant,pol,inf,cri,mil,ter,oth,gen,primary,level,referent,agent,measure,pol_kind,"
        "hostile\n"
    )
    coded = "1,0,1,0,0,0,0,0,inf,1,state,none,norms,none,0"
    for name, who, some in (
        ("codes", ("adjudicated", "B", "A"), places[:2]),
        ("codes_2", ("adjudicated_2", "D", "C"), places),
        ("codes_2_retest", ("D again", "C again"), places[:1]),
    ):
        rows = [f"{row[0]},{one},{coded}\n" for row in some for one in who]
        csv(f"coding/{name}.csv", head + "".join(rows))
    csv("coding/adjudication_reasons.csv", f"passage_id,reason\n{places[0][0]},10: an actor is named\n")
    csv("coding/adjudication_2_reasons.csv", "passage_id,variables,reason\n")
    for name, some in {"passage_texts": places[:2], "passage_texts_2025_2026": places[2:]}.items():
        rows = [(row[0], "Kept.", "[STATE] wants norms.") for row in some]
        pd.DataFrame(rows, columns=["passage_id", "text", "blind"]).to_parquet(
            top / "coding" / f"{name}.parquet"
        )
    return top


ACCESSIONS = """\
organisation,iso3,date,event,source
CoE,TUR,2017-06-05,accession,Council
NATO,USA,2020-01-31,exit,Treaty
"""

ANNOTATORS = """\
annotator,codebook,role,coded,note,kind,model,version,settings
A,1,coder,2026-11,,model,,,
B,1,coder,2026-11,,model,,,
C,2,coder,2026-11-28,,model,,,
C again,2,retest,2026-11-28,,model,,,
D,2,coder,2026-11-28,,model,,,
D again,2,retest,2026-11-28,,model,,,
adjudicated,1,adjudication,2026-11,,model,,,
adjudicated_2,2,adjudication,2026-11-28,,model,,,
"""


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A data folder with what is made by hand."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "states.csv").write_text(STATES, encoding="utf-8")
    (folder / "accessions.csv").write_text(ACCESSIONS, encoding="utf-8")
    (folder / "annotators.csv").write_text(ANNOTATORS, encoding="utf-8")
    for name in ("predictions.json", "registration_2.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    for name in ("codebook.md", "codebook_1.md"):
        (folder / name).write_text("Codes.", encoding="utf-8")
    return folder
