# Reference values from R packages: see README.md. Run from the top of the project, after make_inputs.py:
#   Rscript tests/reference/make.R
# Each result goes to values.json under its topic and its package; what other packages wrote there stays.

suppressPackageStartupMessages({
  library(nnet)
  library(MASS)
  library(sandwich)
  library(geepack)
  library(gee)
  library(vegan)
  library(sna)
  library(brglm2)
})

folder <- file.path("tests", "reference")
target <- file.path(folder, "values.json")
seed <- 20100615
draws <- 9999

# ---- Input and output ------------------------------------------------------------------------------------

input <- function(name) read.csv(file.path(folder, "inputs", paste0(name, ".csv")))

# Shortest text that reads back as the same double.
number <- function(x) {
  texts <- sprintf(c("%.15g", "%.16g", "%.17g"), x)
  texts[match(TRUE, as.numeric(texts) == x)]
}

# JSON as Python's json.dumps(indent=1, sort_keys=True) writes it; a matrix is a list of its rows.
json <- function(x, pad = "\n") {
  inner <- paste0(pad, " ")
  block <- function(open, items, close) {
    paste0(open, inner, paste(items, collapse = paste0(",", inner)), pad, close)
  }
  if (is.list(x)) {
    keys <- sort(names(x), method = "radix")
    return(block("{", paste0('"', keys, '": ', vapply(x[keys], json, "", pad = inner)), "}"))
  }
  if (is.matrix(x)) return(block("[", apply(unname(x), 1, json, pad = inner), "]"))
  if (length(x) > 1) return(block("[", vapply(unname(x), json, "", pad = inner), "]"))
  if (is.character(x)) paste0('"', x, '"') else number(x)
}

values <- list()
if (file.exists(target)) {
  values <- jsonlite::read_json(target, simplifyVector = TRUE, simplifyDataFrame = FALSE)
}

# The dots keep a value called t from being taken for the topic.
record <- function(.topic, .package, ...) {
  version <- as.character(packageVersion(.package))
  values[[.topic]][[.package]] <<- list(version = version, ...)
}

# ---- Models of the statements ----------------------------------------------------------------------------

statements <- input("statements")
statements$second <- as.numeric(statements$category == 1)

# multinom stops by the change of its criterion, so ask for as little of it as doubles can show.
fit <- multinom(
  factor(category) ~ p * k, statements,
  Hess = TRUE, trace = FALSE, maxit = 10000, abstol = 1e-300, reltol = 1e-16
)
record("multinomial", "nnet",
  coefficients = coef(fit), covariance = vcov(fit), log_likelihood = as.numeric(logLik(fit))
)

# sandwich has no method for multinom. The same likelihood is that of a Poisson model of four counts a
# statement, 1 for its category and 0 for the others, with a free total in every quadrant (Baker 1994): the
# scores of the totals are zero for each statement, so that the block of the category terms is the sandwich
# of the multinomial model.
counts <- merge(data.frame(row = seq_len(nrow(statements)), statements), data.frame(option = factor(0:3)))
counts$count <- as.numeric(counts$category == counts$option)
fit <- glm(count ~ p * k * option, poisson, counts, control = glm.control(epsilon = 1e-15, maxit = 100))
own <- as.vector(outer(c("", "p:", "k:", "p:k:"), paste0("option", 1:3), paste0))
record("multinomial", "sandwich",
  coefficients = matrix(coef(fit)[own], 3, byrow = TRUE),
  clustered_covariance = vcovCL(fit, ~state, type = "HC0", cadjust = FALSE)[own, own]
)

fit <- glm(second ~ p * k, binomial, statements, control = glm.control(epsilon = 1e-15, maxit = 100))
record("clustered", "sandwich",
  coefficients = coef(fit),
  HC0 = vcovCL(fit, ~state, type = "HC0", cadjust = FALSE),
  HC0_cadjust = vcovCL(fit, ~state, type = "HC0", cadjust = TRUE),
  HC1 = vcovCL(fit, ~state, type = "HC1", cadjust = FALSE),
  HC1_cadjust = vcovCL(fit, ~state, type = "HC1", cadjust = TRUE)
)

gee_by <- function(errors) {
  geeglm(second ~ p * k, binomial, statements, id = state, corstr = "exchangeable", std.err = errors,
         control = geese.control(epsilon = 1e-14, maxit = 1000))
}
fit <- gee_by("san.se")
record("gee", "geepack",
  coefficients = coef(fit), covariance = fit$geese$vbeta,
  jackknife_covariance = gee_by("jack")$geese$vbeta.ajs,
  correlation = unname(fit$geese$alpha), scale = unname(fit$geese$gamma)
)
# gee prints its starting values.
invisible(capture.output(suppressMessages(
  fit <- gee(second ~ p * k, state, statements, family = binomial, corstr = "exchangeable",
             tol = 1e-14, maxiter = 1000)
)))
record("gee", "gee",
  coefficients = coef(fit), covariance = fit$robust.variance,
  correlation = fit$working.correlation[1, 2], scale = fit$scale
)

fit <- polr(factor(level) ~ p * k, statements, control = list(reltol = 1e-16, maxit = 10000))
record("ordered", "MASS",
  coefficients = coef(fit), thresholds = fit$zeta, log_likelihood = as.numeric(logLik(fit))
)
# clm climbs by Newton's steps, nearer to the top than polr, and so serves for the covariance.
fit <- ordinal::clm(
  factor(level) ~ p * k, data = statements,
  control = ordinal::clm.control(gradTol = 1e-14, relTol = 1e-14, maxIter = 200)
)
record("ordered", "ordinal",
  coefficients = fit$beta, thresholds = fit$alpha, log_likelihood = as.numeric(logLik(fit))
)
own <- c(names(fit$beta), names(fit$alpha))
record("ordered", "sandwich",
  clustered_covariance = vcovCL(fit, ~state, type = "HC0", cadjust = FALSE)[own, own]
)

# glmer leaves the log-likelihood of the saturated model out where it has more than one node: here it is put back.
mixed <- input("mixed")
random_states <- function(set) {
  own <- mixed[mixed$set == set, ]
  formula <- cbind(y, n - y) ~ 0 + region + I(p / 2) + I(k / 2) + I(p * k / 2) + (1 | iso3)
  if (any(own$x != 0)) formula <- update(formula, . ~ . + x)
  fit <- lme4::glmer(
    formula, own, family = binomial, nAGQ = 25,
    control = lme4::glmerControl(
      optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhobeg = 0.2, rhoend = 1e-8, maxfun = 1e5)
    )
  )
  list(
    coefficients = lme4::fixef(fit), errors = sqrt(diag(as.matrix(vcov(fit)))),
    sigma = unname(lme4::getME(fit, "theta")),
    log_likelihood = as.numeric(logLik(fit)) + sum(dbinom(own$y, own$n, own$y / own$n, log = TRUE))
  )
}
do.call(record, c("mixed", "lme4", sapply(unique(mixed$set), random_states, simplify = FALSE)))

# ---- Models of other tables ------------------------------------------------------------------------------

fit <- lm(outcome ~ p * k, input("states"))
record("hc3", "sandwich",
  coefficients = coef(fit), HC1 = vcovHC(fit, "HC1"), HC3 = vcovHC(fit, "HC3")
)

separated <- input("separated")
firth <- function(formula, set) {
  fit <- glm(formula, binomial, separated[separated$set == set, ], method = "brglmFit",
             type = "AS_mean", epsilon = 1e-12, maxit = 1000)
  list(coefficients = coef(fit), covariance = vcov(fit))
}
record("firth", "brglm2", cell = firth(y ~ p * k, "cell"), slope = firth(y ~ p + x, "slope"))

# ---- Distances -------------------------------------------------------------------------------------------

points <- input("points")
set.seed(seed)
fit <- mantel(dist(points[c("a1", "a2")]), dist(points[c("b1", "b2")]), permutations = draws)
record("mantel", "vegan", r = fit$statistic, p_rough = fit$signif, permutations = draws)

compositions <- input("compositions")
shares <- compositions[-1]
group <- factor(compositions$group)
roots <- dist(sqrt(shares))

set.seed(seed)
fit <- adonis2(roots ~ group, permutations = draws)
record("permanova", "vegan",
  F = fit$F[1], R2 = fit$R2[1], p_rough = fit$`Pr(>F)`[1], permutations = draws
)

dispersion <- function(type) {
  spread <- betadisper(roots, group, type = type)
  list(F = anova(spread)$`F value`[1], mean_distances = tapply(spread$distances, group, mean))
}
record("permdisp", "vegan", centroid = dispersion("centroid"), median = dispersion("median"))

eight <- shares[1:8, ]
record("aitchison", "vegan", distances = as.vector(vegdist(eight, "aitchison")))
record("hellinger", "vegan", distances = as.vector(vegdist(eight, "hellinger")))

dyads <- input("dyads")
graph <- function(column) {
  m <- matrix(0, 20, 20)
  m[cbind(dyads$i, dyads$j)] <- dyads[[column]]
  m + t(m)
}
set.seed(seed)
fit <- netlm(graph("y"), lapply(c("x1", "x2", "x3"), graph), mode = "graph", nullhyp = "qapspp", reps = draws)
record("mrqap", "sna",
  coefficients = fit$coefficients, t = fit$tstat,
  p_two_sided_rough = fit$pgreqabs, p_greater_rough = fit$pgreq, permutations = draws
)

# ---- Ranks -----------------------------------------------------------------------------------------------

ordered <- input("ordered_groups")
pairs <- list(c(1, 2), c(1, 3), c(2, 3))

# J is the sum of Mann-Whitney counts over the pairs of groups: later above earlier, a tie one half.
jonckheere <- function(value, group) {
  later_above <- function(pair) {
    wilcox.test(value[group == pair[2]], value[group == pair[1]], exact = FALSE)$statistic
  }
  sum(vapply(pairs, later_above, 0))
}

# Its normal approximation is that of Kendall's S between value and group, since S = 2 (J - mean of J).
trend <- function(set) {
  value <- ordered$value[ordered$set == set]
  group <- ordered$group[ordered$set == set]
  j <- jonckheere(value, group)
  sizes <- table(group)
  mean <- (sum(sizes)^2 - sum(sizes^2)) / 4
  kendall <- cor.test(value, group, method = "kendall", exact = FALSE, alternative = "greater")
  z <- unname(kendall$statistic)
  list(J = j, mean = mean, variance = ((j - mean) / z)^2, z = z, p_greater = kendall$p.value)
}

# Moments and p value over all 560 ways to deal the values of the small set to the groups.
arrangements <- function() {
  value <- ordered$value[ordered$set == "small"]
  group <- ordered$group[ordered$set == "small"]
  everyone <- seq_along(value)
  drawn <- unlist(combn(length(value), 3, simplify = FALSE, FUN = function(first) {
    combn(setdiff(everyone, first), 3, FUN = function(second) {
      dealt <- rep(3, length(value))
      dealt[first] <- 1
      dealt[second] <- 2
      jonckheere(value, dealt)
    })
  }))
  list(
    mean = mean(drawn), variance = mean((drawn - mean(drawn))^2),
    p_greater = mean(drawn >= jonckheere(value, group)), arrangements = length(drawn)
  )
}
record("jonckheere", "stats", large = trend("large"), small = trend("small"), small_exact = arrangements())

# ---- Counts ----------------------------------------------------------------------------------------------

strata <- input("strata")
cmh <- function(rows) {
  test <- mantelhaen.test(table(rows[c("row", "column", "stratum")]))
  list(statistic = unname(test$statistic), df = unname(test$parameter), p = test$p.value)
}
record("cmh", "stats",
  all = cmh(strata), two_rows = cmh(strata[strata$row < 2, ]), first_half = cmh(strata[1:120, ])
)

# The kinds of one group as species of one site; draws of one to seven individuals.
kinds <- table(strata$row, strata$column)
rarefied <- function(n) suppressWarnings(rarefy(unclass(kinds), n)) # it warns where no kind is met just once
record("rarefaction", "vegan", expected = unname(t(sapply(1:7, rarefied))))

# ---- P values --------------------------------------------------------------------------------------------

p <- input("p_values")$p
record("holm_bh", "stats", holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"))

writeLines(json(values), target)
