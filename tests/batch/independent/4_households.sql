-- Income per head, on either side, and two tests of Dibao, at one place: Shanghai from 2024-07-01.
--
-- Written from docs/reference/rules-shanghai-2024.md and docs/reference/policy-places.md. Only
-- households with nothing open are reckoned: what silence leaves unknown is not held here.

CREATE TABLE place (
    division TEXT, since TEXT, until TEXT, standard INTEGER, minimum_wage INTEGER,
    left_out INTEGER, limit_each INTEGER, limit_small INTEGER, limit_special INTEGER,
    small_from INTEGER, minor_below INTEGER, elderly_from INTEGER
);
INSERT INTO place VALUES
    ('310101', '2024-07-01', '2025-06-30', 159500, 269000, 87000, 3828000, 4210800, 4593600,
     2, 16, 60);

CREATE TABLE resident AS
    SELECT p.household_id, p.member_key, p.number, p.first_month, p.last_month, l.*,
        count(*) OVER (PARTITION BY p.household_id) AS members,
        CAST(strftime('%Y', p.as_of) AS INTEGER) - CAST(substr(p.number, 7, 4) AS INTEGER)
            - (strftime('%m%d', p.as_of) < substr(p.number, 11, 4)) AS age
    FROM person p
    JOIN households h USING (household_id)
    JOIN place l ON l.division = h.division AND p.as_of BETWEEN l.since AND l.until
    WHERE h.programme = 'dibao';
CREATE UNIQUE INDEX resident_by ON resident (household_id, member_key);

-- ---------------------------------------------------------------------- as declared
-- A yearly wage is taken as even: it reaches the minimum wage in each month, or in none.
CREATE TABLE declared_income AS
    SELECT household_id, sum(income) AS annual FROM (
        SELECT r.household_id, CASE
            WHEN d.class = 'wage' AND sum(CAST(d.amount_fen AS INTEGER)) >= 12 * r.minimum_wage
                THEN sum(CAST(d.amount_fen AS INTEGER)) - 12 * r.left_out
            ELSE sum(CAST(d.amount_fen AS INTEGER)) END AS income
        FROM declared d JOIN resident r USING (household_id, member_key)
        WHERE d.class IN ('wage', 'business', 'property', 'transfer')
            AND d.kind IS NOT 'basic_resident_pension'
        GROUP BY r.household_id, r.member_key, d.class
    ) GROUP BY household_id;

CREATE TABLE declared_households AS
    SELECT household_id, (2 * annual + 12 * members) / (24 * members) AS per_capita FROM (
        SELECT r.household_id, r.members, coalesce(max(i.annual), 0) AS annual
        FROM resident r LEFT JOIN declared_income i USING (household_id)
        GROUP BY r.household_id, r.members
    )
    WHERE household_id NOT IN (
        SELECT household_id FROM declared
        WHERE class IN ('wage', 'business', 'property', 'transfer')
            AND (amount_fen IS NULL OR amount_fen GLOB '*[^0-9]*' OR (kind IS NULL AND class
                <> 'business'))
    );

-- ---------------------------------------------------------------------- as found
-- Open: who did not sign for all of a source, what cannot be read or told apart, what is old or
-- another's, what was declared and not found, a correction larger than its month.
CREATE TABLE open AS
    SELECT r.household_id, s.source FROM resident r
    JOIN source s
    LEFT JOIN signed g USING (household_id, member_key, source)
    LEFT JOIN newest n USING (source)
    LEFT JOIN answer a USING (household_id, member_key, source)
    JOIN households h USING (household_id)
    WHERE r.number IS NULL OR NOT coalesce(g.whole, 0) OR n.day IS NULL OR a.likeness = 4
        OR a.undated OR a.unusable
        OR julianday(CASE WHEN a.seen THEN a.oldest ELSE n.day END)
            < julianday(h.as_of) - s.max_age_days
    UNION
    SELECT household_id, source FROM findings
    WHERE status NOT IN ('consistent', 'inconsistent')
        AND label IN (SELECT label FROM comparison WHERE measure <> 'hint')
    UNION
    SELECT a.household_id, 'tax' FROM answered a
    JOIN tax t ON a.source = 'tax' AND a.source_row = t.source_row
    GROUP BY a.household_id, a.member_key, t.income_type, t.period
    HAVING NOT sum(CAST(coalesce(t.tax_fen, '0') AS INTEGER))
        BETWEEN 0 AND sum(CAST(t.amount_fen AS INTEGER))
        OR max(t.tax_fen GLOB '*[^0-9-]*')
    UNION
    SELECT d.household_id, s.source FROM declared d
    JOIN source s ON s.source = CASE d.class
        WHEN 'transfer' THEN 'social_insurance' WHEN 'deposit' THEN 'bank'
        WHEN 'insurance' THEN 'commercial_insurance' WHEN 'security' THEN 'securities'
        ELSE 'tax' END
    WHERE d.class IN ('wage', 'business', 'property', 'transfer', 'deposit', 'insurance',
            'security')
        AND NOT EXISTS (SELECT 1 FROM comparison c JOIN figure f USING (label)
            WHERE c.class = d.class AND c.source = s.source AND f.found <> 0
                AND f.household_id = d.household_id AND f.member_key = d.member_key);

-- Months whose labour income, after tax, reaches the minimum wage.
CREATE TABLE found_income AS
    SELECT household_id, member_key, sum(net) - sum(left_out) AS income FROM (
        SELECT r.household_id, r.member_key, sum(net) AS net, CASE
            WHEN is_labour AND sum(net) >= r.minimum_wage THEN r.left_out ELSE 0 END AS left_out
        FROM (
            SELECT a.household_id, a.member_key, a.first_month AS month,
                l.label = '工资性收入' AS is_labour,
                l.amount - CAST(coalesce(t.tax_fen, '0') AS INTEGER) AS net
            FROM answered a
            JOIN tax t ON a.source = 'tax' AND a.source_row = t.source_row
            JOIN line l ON l.source = 'tax' AND l.source_row = t.source_row
            WHERE l.label <> '财产转让所得'
        ) JOIN resident r USING (household_id, member_key)
        GROUP BY r.household_id, r.member_key, is_labour, CASE WHEN is_labour THEN month END
    ) GROUP BY household_id, member_key
    UNION ALL
    SELECT f.household_id, f.member_key, f.found FROM figure f
    WHERE f.label IN ('养老金(退休金)', '失业保险金', '工伤保险待遇');
CREATE INDEX found_income_by ON found_income (household_id);

CREATE TABLE found_households AS
    SELECT household_id, (2 * annual + 12 * members) / (24 * members) AS per_capita,
        CASE WHEN annual < 12 * standard * members THEN 'pass' ELSE 'fail' END AS income
    FROM (
        SELECT r.household_id, r.members, r.standard, coalesce((
            SELECT sum(i.income) FROM found_income i WHERE i.household_id = r.household_id
        ), 0) AS annual
        FROM resident r
        WHERE r.household_id NOT IN (
            SELECT household_id FROM open WHERE source IN ('tax', 'social_insurance'))
        GROUP BY r.household_id, r.members, r.standard
    );

-- ---------------------------------------------------------------------- financial assets as found
-- 不超过 the sum of personal limits. Not asked everywhere is money kept with payment companies, so
-- that a household can be found to have too much, and never to have little enough.
-- Money that lies in a securities account is held too, though no line compares it.
CREATE TABLE held_assets AS
    SELECT household_id, sum(held) AS held FROM (
        SELECT household_id, found AS held FROM figure
        WHERE label IN ('存款余额', '证券市值', '商业保险现金价值')
        UNION ALL
        SELECT a.household_id, max(CAST(s.cash_fen AS INTEGER), 0) FROM answered a
        JOIN securities s ON a.source = 'securities' AND s.source_row = a.source_row
    ) GROUP BY household_id;

CREATE TABLE found_assets AS
    SELECT r.household_id,
        CASE WHEN coalesce(max(h.held), 0) > sum(CASE
            WHEN r.age < r.minor_below OR r.age >= r.elderly_from THEN r.limit_special
            WHEN r.members <= r.small_from THEN r.limit_small
            ELSE r.limit_each END) THEN 'fail' ELSE 'unknown' END AS financial_assets
    FROM resident r
    LEFT JOIN held_assets h USING (household_id)
    WHERE r.household_id NOT IN (
        SELECT household_id FROM open
        WHERE source IN ('bank', 'securities', 'commercial_insurance'))
    GROUP BY r.household_id;
