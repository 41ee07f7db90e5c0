"""Who supports a declaration: by quadrant, beside what region, bloc, regime and votes explain, and in what order."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tools.sm_exceptions import ModelWarning

from buzanlib.errors import EstimationError
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, Moves, PermutationBank, p_value
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.inference.rival_explanations import freedman_lane
from buzanlib.inference.vote_tests import opposed_texts
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import blocs
from buzanlib.theory.vocabulary import Quadrant

#: The two quadrants whose perspectives the paper has most divergent (section 3).
DIVERGENT = (Quadrant.SW, Quadrant.WS)

LEVEL = 0.05  #: at which an exploratory test is called found

#: What may explain who joined: rows of `Supporters.explained` by the keys of their numbers, rivals last.
ACCOUNTS = {
    "quadrants": "quadrants",
    "power": "power",
    "cohesion": "cohesion",
    "product": "product",
    "SW": "SW against the rest",
    "region": "region",
    "bloc": "member of NATO or EU",
    "polyarchy": "electoral democracy",
    "votes": "votes on the Russian texts",
}
RIVALS = tuple(ACCOUNTS)[-3:]


def exchange_test(joined: Array, design: Array, groups: npt.ArrayLike, moves: Moves) -> tuple[float, float]:
    r"""Share of the variation of who joined, within groups, that a design explains, and its p value.

    The share is :math:`R^2` of least squares on columns less their means in the group: with one group and a factor,
    Pearson's chi-square over the number of states. p is how often as much is explained with states exchanged.

    Parameters
    ----------
    joined : ndarray of float, shape (states,)
        1 joined, 0 not.
    design : ndarray of float, shape (states, columns)
        Without a constant.
    groups : array_like, shape (states,)
        Such as regions; one value for all where there are none.
    moves : ndarray of int, shape (draws, states)
        As `buzanlib.inference.permutation.Permutations.among` gives them, within the groups.

    Returns
    -------
    tuple of float
        Share, 0 to 1, and p; both NaN where within no group states differ, or the design does.
    """
    y, basis = _centred(joined, design, groups)
    total = y @ y
    if total == 0 or not basis.size:
        return float("nan"), float("nan")
    observed = float(((basis.T @ y) ** 2).sum() / total)
    return observed, float(p_value(observed, ((y[moves] @ basis) ** 2).sum(axis=1) / total))


def _centred(joined: Array, design: Array, groups: npt.ArrayLike) -> tuple[Array, Array]:
    """Who joined, less the mean of the group, and an orthonormal basis of the design treated likewise."""
    table = pd.DataFrame(np.column_stack([joined, design]).astype(float))
    centred = (table - table.groupby(np.asarray(groups)).transform("mean")).to_numpy()
    left, size, _ = np.linalg.svd(centred[:, 1:], full_matrices=False)
    return centred[:, 0], left[:, size > 1e-9]


@dataclass(frozen=True, eq=False)
class Supporters:
    """The states that support the Paris Call, among those that are placed."""

    world: World
    bloc_year: int = 2011  #: of membership in a bloc
    regime: tuple[int, int] = (2018, 2020)  #: years over which electoral democracy is averaged

    @cached_property
    def states(self) -> pd.DataFrame:
        """A row a placed state: ``p``, ``k``, ``quadrant``, ``region``, ``joined`` (0, 1), ``date``, and rivals.

        These are ``bloc`` (1 NATO or EU), ``polyarchy``, and ``us`` and ``russian``: the share of yes among its votes
        on the texts of either side. `EstimationError` if no placed state joined, or all did.
        """
        data, placed = self.world.data, self.world.placed
        dates = data.paris_call.set_index("iso3")["date"]
        table = placed[["p", "k", "quadrant"]].assign(region=data.regions.reindex(placed.index))
        table["joined"] = table.index.isin(dates.index).astype(int)
        if table["joined"].nunique() < 2:
            raise EstimationError(
                f"{table['joined'].sum()} of {len(table)} placed states joined; allowed: some, and not all"
            )
        table["date"] = dates.reindex(table.index)
        bloc = blocs(data.memberships, pd.Index(table.index), self.bloc_year)
        table["bloc"] = (bloc == "NATO/EU").astype(float)
        panel = data.panel[data.panel["year"].between(*self.regime)]
        table["polyarchy"] = panel.groupby("iso3")["polyarchy"].mean().reindex(table.index)
        sides = opposed_texts(data.votes)
        for name, side in {"us": "USA", "russian": "RUS"}.items():
            stood = self.world.positions(sides.index[sides == side])
            table[name] = (stood == 1).sum(axis=1).div(stood.notna().sum(axis=1)).reindex(table.index)
        return table

    @cached_property
    def by_quadrant(self) -> pd.DataFrame:
        """Index ``quadrant``; ``states``, ``joined``, and shares with the ends of their 90 % intervals.

        ``share`` joined (Clopper and Pearson), and the means over states of ``us`` and ``russian`` (Student's t).
        """
        groups = self.states.groupby("quadrant")
        counted = {"states": groups.size(), "joined": groups["joined"].sum()}
        table = pd.DataFrame(counted).reindex(list(map(str, Quadrant)))
        table["share"] = table["joined"] / table["states"]
        table["share.low90"], table["share.high90"] = proportion_confint(
            table["joined"], table["states"], 0.10, "beta"
        )
        for name in ("us", "russian"):
            votes = groups[name].agg(["mean", "sem", "count"]).reindex(table.index)
            table[name] = votes["mean"]
            ends = zip(votes["mean"], votes["sem"], votes["count"] - 1, strict=True)
            # A share lies between nought and one, which Student's interval does not know.
            within = np.clip([student_interval(*row) for row in ends], 0.0, 1.0)
            table[[f"{name}.low90", f"{name}.high90"]] = within
        return table

    @cached_property
    def explained(self) -> pd.DataFrame:
        """What explains who joined, each alone: index ``account``.

        ``states``; ``alone``, the share of the variation that it explains, and ``p``, with states exchanged freely;
        ``within``, the same within regional groups, and ``p_within``, with states exchanged within these.
        """
        table, world = self.states, self.world
        codes = quadrant_codes(table["p"], table["k"])
        designs = {
            "quadrants": pd.get_dummies(codes),
            "power": table[["p"]],
            "cohesion": table[["k"]],
            "product": table[["p"]].mul(table["k"], axis=0),
            "SW": (table["quadrant"] == Quadrant.SW).to_frame(),
            "region": pd.get_dummies(table["region"]),
            "bloc": table[["bloc"]],
            "polyarchy": table[["polyarchy"]],
            "votes": table[["russian"]],
        }
        free = PermutationBank(world.bank.draws, world.bank.seed)(pd.Series("all", index=table.index))
        rows = {}
        for name, design in designs.items():
            known = np.flatnonzero(design.notna().to_numpy().all(axis=1))
            values, joined = design.to_numpy(dtype=float)[known], table["joined"].to_numpy(dtype=float)[known]
            states, regions = table.index[known].tolist(), table["region"].to_numpy()[known]
            one = np.zeros(len(known))
            alone, p = exchange_test(joined, values, one, free.among(states))
            within, p_within = exchange_test(joined, values, regions, world.permutations.among(states))
            rows[ACCOUNTS[name]] = (len(known), alone, p, within, p_within)
        columns = ["states", "alone", "p", "within", "p_within"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("account")

    @cached_property
    def contrasts(self) -> pd.DataFrame:
        """Corner contrasts of joining in log odds, regional groups held fixed: index ``contrast``.

        ``power``, ``cohesion`` and ``product`` beside each other, and SW against the rest, each with ``estimate``,
        ``low90``, ``high90`` (normal; NaN where the data are separated) of a logit with a level for each region.
        """
        table = self.states
        p, k = table["p"].astype(float), table["k"].astype(float)
        regions = pd.get_dummies(table["region"]).astype(float)
        # Two codes apart: a corner contrast is twice the coefficient.
        corners = pd.DataFrame({"power": p / 2, "cohesion": k / 2, "product": p * k / 2})
        alone = pd.DataFrame({ACCOUNTS["SW"]: (table["quadrant"] == Quadrant.SW).astype(float)})
        found = pd.concat([logit_contrasts(table["joined"], design, regions) for design in (corners, alone)])
        return pd.DataFrame(found.to_numpy(), pd.Index(found.index, name="contrast"), found.columns)

    @cached_property
    def beside(self) -> dict[str, float]:
        """What quadrants add to region, bloc and polyarchy, and the last two to region and quadrants: p values.

        Residuals are exchanged within regional groups (`freedman_lane`); keys ``quadrants``, ``rivals`` and ``n``.
        """
        table = self.states.dropna(subset="polyarchy")
        regions = pd.get_dummies(table["region"]).to_numpy(dtype=float)
        p, k = table["p"].to_numpy(dtype=float), table["k"].to_numpy(dtype=float)
        quadrants, rivals = np.column_stack([p, k, p * k]), table[["bloc", "polyarchy"]].to_numpy(dtype=float)
        joined = table[["joined"]].to_numpy(dtype=float)
        moves = self.world.permutations.among(table.index.tolist())
        return {
            "quadrants": freedman_lane(np.hstack([regions, rivals]), quadrants, joined, moves),
            "rivals": freedman_lane(np.hstack([regions, quadrants]), rivals, joined, moves),
            "n": len(table),
        }

    @property
    def order(self) -> pd.DataFrame:
        """Placed supporters whose date is known, in its order: index ``iso3``; ``date``, ``quadrant``."""
        dated = self.states.loc[self.states["joined"] == 1, ["date", "quadrant"]].dropna(subset="date")
        return dated.sort_values("date", kind="stable")

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key; those of the order of the paper are of shares, not of dates."""
        table, tests, dated = self.by_quadrant, self.explained, self.order
        values: dict[str, float | str] = {
            "paris.n": int(table["states"].sum()),
            "paris.joined": int(table["joined"].sum()),
            "paris.listed": len(self.world.data.paris_call),
            "paris.dated": int(self.world.data.paris_call["date"].notna().sum()),
            "paris.undated": int(self.world.data.paris_call["date"].isna().sum()),
            "paris.dated.placed": len(dated),
        }
        for quadrant, row in table.to_dict("index").items():
            values |= {
                f"paris.{quadrant}.{key}": row[key] for key in ("states", "joined", "share", "us", "russian")
            }
        for key, name in ACCOUNTS.items():
            values |= {
                f"paris.{key}.{column}": one for column, one in tests.T[name].dropna().to_dict().items()
            }
        values |= {f"paris.beside.{key}": value for key, value in self.beside.items()}
        for key, row in zip(tuple(ACCOUNTS)[1:5], self.contrasts.to_dict("records"), strict=True):
            values |= {f"paris.{key}.{column}": value for column, value in row.items()}
        supporters = self.states.groupby("joined")[["us", "russian"]].mean()
        for key, joined in {"in": 1, "out": 0}.items():
            values |= {f"paris.votes.{name}.{key}": supporters[name][joined] for name in ("us", "russian")}
        return values | self._against_paper()

    def _against_paper(self) -> dict[str, float | str]:
        """What the shares say of "three of the four quadrants", and of the one that comes last."""
        shares, tests = self.by_quadrant["share"].dropna(), self.explained
        least, most = str(shares.idxmin()), str(shares.idxmax())
        within = tests["within"]
        more = [ACCOUNTS[key] for key in RIVALS if within[ACCOUNTS[key]] > within[ACCOUNTS["quadrants"]]]
        over, inside = (bool(tests[column]["quadrants"] < LEVEL) for column in ("p", "p_within"))
        return {
            "paris.present": int((shares > 0).sum()),
            "paris.majorities": int((shares > 1 / 2).sum()),
            "paris.least": least,
            "paris.most": most,
            "paris.least.divergent": f"is {'' if least in DIVERGENT else 'not '}one of the two",
            "paris.most.divergent": f"is {'' if most in DIVERGENT else 'not '}one of them",
            "paris.reading": (
                "does not demonstrably go with the quadrant"
                if not (over or inside)
                else "goes with the quadrant, also among states of one region"
                if over and inside
                else "goes with the quadrant, but not demonstrably among states of one region"
                if over
                else "goes with the quadrant among states of one region only"
            ),
            "paris.rivals.more": ", ".join(more) if more else "none of them",
            "paris.beside.reading": f"{'add' if self.beside['quadrants'] < LEVEL else 'do not demonstrably add'} to it",
            "paris.dated.quadrants": ", ".join(self.order["quadrant"]) or "none",
            "paris.dated.kinds": int(self.order["quadrant"].nunique()),
        }


def logit_contrasts(joined: pd.Series[int], design: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Coefficients of a logit with 90 % intervals, index the columns of the design; `levels` take a constant's place.

    NaN where the data are separated: no finite estimate exists (Albert and Anderson 1984).
    """
    columns = ["estimate", "low90", "high90"]
    exog = pd.concat([design, levels], axis=1).to_numpy(dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            fit = sm.Logit(joined.to_numpy(dtype=float), exog).fit(disp=0, maxiter=100)
        except np.linalg.LinAlgError:
            return pd.DataFrame(np.nan, design.columns, columns)
    wanted = slice(design.shape[1])
    if not fit.mle_retvals["converged"] or np.abs(fit.params[wanted]).max() > 15:
        return pd.DataFrame(np.nan, design.columns, columns)
    ends = fit.conf_int(0.10)[wanted]
    return pd.DataFrame(np.column_stack([fit.params[wanted], ends]), design.columns, columns)
