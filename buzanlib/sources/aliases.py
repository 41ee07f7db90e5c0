"""Names that publishers use for states, where they differ from the name in `states.csv`.

A name that is neither here nor in `states.csv` nor excluded for its source stops the build.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Publisher's name to ISO 3166 code.
ALIASES: Mapping[str, str] = {
    "Bahamas, The": "BHS",
    "Bosnia-Herzegovina": "BIH",
    "Brunei": "BRN",
    "Cape Verde": "CPV",
    "Congo, DR": "COD",
    "Congo, Dem. Rep.": "COD",
    "Congo Democratic Republic": "COD",
    "Dem. Rep. of Congo": "COD",
    "Democratic Republic of Congo": "COD",
    "Congo, Rep.": "COG",
    "Congo, Republic": "COG",
    "Congo Republic": "COG",
    "Congo-Brazzaville": "COG",
    "Cote d'Ivoire": "CIV",
    "Czech Republic": "CZE",
    "DR Congo": "COD",
    "Democratic People's Republic of Korea": "PRK",
    "Egypt, Arab Rep.": "EGY",
    "Gambia, The": "GMB",
    "Guinea Bissau": "GNB",
    "Iran, Islamic Rep.": "IRN",
    "Israel and West Bank": "ISR",
    "Korea, Dem. Rep.": "PRK",
    "Korea, North": "PRK",
    "Korea, Rep.": "KOR",
    "Korea, South": "KOR",
    "Kyrgyz Republic": "KGZ",
    "Lao PDR": "LAO",
    "Macedonia": "MKD",
    "Micronesia, Fed. Sts.": "FSM",
    "Republic of Korea": "KOR",
    "Russian Federation": "RUS",
    "Serbia & Montenegro": "YUG",
    "Slovak Republic": "SVK",
    "St. Kitts and Nevis": "KNA",
    "St. Lucia": "LCA",
    "St. Vincent and the Grenadines": "VCT",
    "Sudan (North)": "SDN",
    "Swaziland": "SWZ",
    "Syrian Arab Republic": "SYR",
    "São Tomé and Principe": "STP",
    "Timor": "TLS",
    "Timor Leste": "TLS",
    "Trinidad & Tobago": "TTO",
    "Turkey": "TUR",
    "Turkiye": "TUR",
    "United States of America": "USA",
    "Venezuela, RB": "VEN",
    "Vietnam": "VNM",
    "West Bank and Gaza": "PSE",
    "Yemen, Rep.": "YEM",
    "eSwatini": "SWZ",
}
