-- What is declared is held against what is found: docs/reference/comparison.md, line by line.

-- ---------------------------------------------------------------------- cells that cannot be read
-- One of them makes the source's answer about that person unusable.
CREATE TABLE unreadable AS
    SELECT d.source, d.source_row FROM delivered d
    LEFT JOIN day a ON a.written = d.as_of WHERE a.day IS NULL
    UNION
    SELECT 'bank', source_row FROM bank
    WHERE balance_fen IS NULL OR ltrim(balance_fen, '-') GLOB '*[^0-9]*'
    UNION
    SELECT 'securities', source_row FROM securities
    WHERE market_value_fen IS NULL OR market_value_fen GLOB '*[^0-9]*'
        OR ltrim(cash_fen, '-') GLOB '*[^0-9]*'
    UNION
    SELECT 'provident_fund', source_row FROM provident_fund
    WHERE balance_fen IS NULL OR balance_fen GLOB '*[^0-9]*'
        OR contribution_base_fen GLOB '*[^0-9]*'
        OR status NOT IN (SELECT written FROM word
            WHERE source = 'provident_fund' AND item = 'status')
    UNION
    SELECT 'commercial_insurance', source_row FROM commercial_insurance
    WHERE cash_value_fen GLOB '*[^0-9]*'
        OR role NOT IN (SELECT written FROM word
            WHERE source = 'commercial_insurance' AND item = 'role')
    UNION
    SELECT 'vehicle', source_row FROM vehicle
    WHERE status NOT IN (SELECT written FROM word WHERE source = 'vehicle' AND item = 'status')
    UNION
    SELECT 'real_estate', source_row FROM real_estate WHERE unit_no IS NULL
    UNION
    SELECT 'social_insurance', source_row FROM social_insurance
    WHERE benefit_monthly_fen GLOB '*[^0-9]*' OR contribution_base_fen GLOB '*[^0-9]*'
        OR benefit_from NOT IN (SELECT written FROM day)
        OR status NOT IN (SELECT written FROM word
            WHERE source = 'social_insurance' AND item = 'status')
        OR benefit_type NOT IN (SELECT written FROM word
            WHERE source = 'social_insurance' AND item = 'benefit_type')
    UNION
    SELECT 'tax', source_row FROM tax
    WHERE amount_fen IS NULL OR ltrim(amount_fen, '-') GLOB '*[^0-9]*'
        OR period IS NULL OR (period NOT GLOB '[0-9][0-9][0-9][0-9]'
            AND period NOT GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'
            AND period NOT GLOB '[0-9][0-9][0-9][0-9][01][0-9]')
        OR income_type IS NULL
        OR income_type NOT IN (SELECT written FROM word
            WHERE source = 'tax' AND item = 'income_type');
CREATE INDEX unreadable_by ON unreadable (source, source_row);

-- ---------------------------------------------------------------------- of what months rows are
-- Numbered from the year 0; NULL where that cannot be read, or the source dates none.
CREATE TABLE dated (source TEXT, source_row INTEGER, first_month INTEGER, last_month INTEGER,
    PRIMARY KEY (source, source_row));
INSERT INTO dated
    SELECT 'tax', source_row,
        CAST(substr(period, 1, 4) AS INTEGER) * 12 + CASE length(period)
            WHEN 4 THEN 1 ELSE CAST(substr(replace(period, '-', ''), 5) AS INTEGER) END,
        CAST(substr(period, 1, 4) AS INTEGER) * 12 + CASE length(period)
            WHEN 4 THEN 12 ELSE CAST(substr(replace(period, '-', ''), 5) AS INTEGER) END
    FROM tax WHERE period GLOB '[0-9][0-9][0-9][0-9]*';

-- What is answered: of a source whose rows are dated, none outside the period asked.
CREATE TABLE answered AS
    SELECT a.*, d.first_month, d.last_month,
        EXISTS (SELECT 1 FROM unreadable u
            WHERE u.source = a.source AND u.source_row = a.source_row) AS unreadable
    FROM about a
    JOIN person p USING (household_id, member_key)
    LEFT JOIN dated d ON d.source = a.source AND d.source_row = a.source_row
    WHERE d.source IS NULL OR (d.first_month <= p.last_month AND d.last_month >= p.first_month);
CREATE UNIQUE INDEX answered_by ON answered (household_id, member_key, source, source_row);

-- ---------------------------------------------------------------------- what rows say, by label
-- amount: NULL where the row has no figure; thing: what counts once; question: why it is open
CREATE TABLE line (
    label TEXT, source TEXT, source_row INTEGER, amount INTEGER, thing TEXT,
    begun INTEGER, question INTEGER DEFAULT 0
);
-- sum: an overdraft is a debt and counts as zero
INSERT INTO line (label, source, source_row, amount)
    SELECT '存款余额', 'bank', source_row, max(CAST(balance_fen AS INTEGER), 0) FROM bank
    UNION ALL
    SELECT '证券市值', 'securities', source_row, max(CAST(market_value_fen AS INTEGER), 0)
    FROM securities
    UNION ALL
    SELECT '住房公积金余额', 'provident_fund', source_row, max(CAST(balance_fen AS INTEGER), 0)
    FROM provident_fund
    UNION ALL
    SELECT '商业保险现金价值', 'commercial_insurance', c.source_row,
        max(CAST(c.cash_value_fen AS INTEGER), 0)
    FROM commercial_insurance c
    JOIN word w ON w.source = 'commercial_insurance' AND w.item = 'role' AND w.written = c.role
    WHERE w.code = 'policyholder';
-- count: what was scrapped, cancelled or transferred does not count
INSERT INTO line (label, source, source_row, amount, thing)
    SELECT '机动车数量', 'vehicle', v.source_row,
        coalesce(w.code, '') NOT IN ('transferred', 'scrapped', 'cancelled'),
        'row ' || v.source_row
    FROM vehicle v
    LEFT JOIN word w ON w.source = 'vehicle' AND w.item = 'status' AND w.written = v.status
    WHERE v.vehicle_class IS NOT NULL
    UNION ALL
    SELECT '不动产数量', 'real_estate', source_row, 1, unit_no FROM real_estate;
-- of a month, or of a year that is never spread over months
INSERT INTO line (label, source, source_row, amount, question)
    SELECT CASE w.code WHEN 'transfer' THEN '财产转让所得' WHEN 'business' THEN '经营性收入'
            WHEN 'wage' THEN '工资性收入' WHEN 'bonus' THEN '工资性收入'
            WHEN 'labour_service' THEN '工资性收入' ELSE '财产性收入' END,
        'tax', t.source_row, CAST(t.amount_fen AS INTEGER),
        w.code = 'transfer' AND CAST(t.amount_fen AS INTEGER) > 0
    FROM tax t
    JOIN word w ON w.source = 'tax' AND w.item = 'income_type' AND w.written = t.income_type;
-- monthly: open where the first day is missing, or it has stopped at a day that nobody states
INSERT INTO line (label, source, source_row, amount, begun, question)
    SELECT CASE b.code WHEN 'pension' THEN '养老金(退休金)'
            WHEN 'basic_resident_pension' THEN '城乡居民养老金'
            WHEN 'unemployment_benefit' THEN '失业保险金' ELSE '工伤保险待遇' END,
        'social_insurance', s.source_row, CAST(s.benefit_monthly_fen AS INTEGER),
        CAST(substr(d.day, 1, 4) AS INTEGER) * 12 + CAST(substr(d.day, 6, 2) AS INTEGER),
        d.day IS NULL OR coalesce(w.code, '') IN ('suspended', 'ended')
    FROM social_insurance s
    JOIN word b ON b.source = 'social_insurance' AND b.item = 'benefit_type'
        AND b.written = s.benefit_type
    LEFT JOIN word w ON w.source = 'social_insurance' AND w.item = 'status'
        AND w.written = s.status
    LEFT JOIN day d ON d.written = s.benefit_from;
-- hint: no figure, only a question
INSERT INTO line (label, source, source_row, question)
    SELECT '社会保险缴费基数', 'social_insurance', s.source_row, 1 FROM social_insurance s
    JOIN word w ON w.source = 'social_insurance' AND w.item = 'status' AND w.written = s.status
    WHERE w.code = 'active' AND CAST(s.contribution_base_fen AS INTEGER) > 0
    UNION ALL
    SELECT '住房公积金缴存基数', 'provident_fund', f.source_row, 1 FROM provident_fund f
    JOIN word w ON w.source = 'provident_fund' AND w.item = 'status' AND w.written = f.status
    WHERE w.code = 'active' AND CAST(f.contribution_base_fen AS INTEGER) > 0;
CREATE INDEX line_by_row ON line (source, source_row);

-- ---------------------------------------------------------------------- what was declared
CREATE TABLE said AS
    SELECT d.household_id, d.member_key, c.label,
        sum(CASE c.measure WHEN 'count' THEN coalesce(CAST(d.count AS INTEGER), 1)
            ELSE CAST(d.amount_fen AS INTEGER) END) AS declared,
        max(CASE c.measure WHEN 'count' THEN coalesce(d.count GLOB '*[^0-9]*', 0)
            ELSE d.amount_fen IS NULL OR d.amount_fen GLOB '*[^0-9]*' END) AS unclear
    FROM declared d
    JOIN comparison c ON c.class = d.class
    WHERE d.kind IS NULL
        OR NOT EXISTS (SELECT 1 FROM compared_kind k WHERE k.label = c.label)
        OR EXISTS (SELECT 1 FROM compared_kind k WHERE k.label = c.label AND k.kind = d.kind)
    GROUP BY d.household_id, d.member_key, c.label;
CREATE UNIQUE INDEX said_by ON said (household_id, member_key, label);

-- ---------------------------------------------------------------------- what a source answered
-- newest: a source without one usable row says nothing about anybody
CREATE TABLE newest AS
    SELECT d.source, max(a.day) AS day FROM delivered d JOIN day a ON a.written = d.as_of
    GROUP BY d.source;

CREATE TABLE answer AS
    SELECT a.household_id, a.member_key, a.source, min(a.day) AS oldest,
        max(a.likeness) AS likeness, max(a.day IS NULL) AS undated,
        coalesce(max(b.unreadable), 0) AS unusable, max(b.source_row IS NOT NULL) AS seen
    FROM about a
    LEFT JOIN answered b USING (household_id, member_key, source, source_row)
    GROUP BY a.household_id, a.member_key, a.source;
CREATE UNIQUE INDEX answer_by ON answer (household_id, member_key, source);

CREATE TABLE figure AS
    SELECT a.household_id, a.member_key, l.label, count(*) AS present,
        max(l.question) AS question,
        CASE c.measure
            WHEN 'count' THEN count(DISTINCT CASE WHEN l.amount = 1 THEN l.thing END)
            WHEN 'monthly' THEN
                sum(l.amount * max(p.last_month - max(l.begun, p.first_month) + 1, 0))
            ELSE sum(l.amount)
        END AS found,
        max(l.amount IS NULL OR (c.measure = 'sum_in_period'
            AND (a.first_month < p.first_month OR a.last_month > p.last_month))) AS no_figure
    FROM answered a
    JOIN person p USING (household_id, member_key)
    JOIN line l ON l.source = a.source AND l.source_row = a.source_row
    JOIN comparison c ON c.label = l.label
    GROUP BY a.household_id, a.member_key, l.label;
CREATE UNIQUE INDEX figure_by ON figure (household_id, member_key, label);

-- ---------------------------------------------------------------------- the decision table
CREATE TABLE findings AS
WITH
asked AS (
    SELECT p.household_id, p.member_key, p.as_of AS day, c.label, c.source, c.measure,
        NOT s.whole AND EXISTS (
            SELECT 1 FROM told_apart_by t WHERE t.label = c.label AND NOT EXISTS (
                SELECT 1 FROM signed_item i WHERE i.household_id = p.household_id
                    AND i.member_key = p.member_key AND i.item = c.source || '.' || t.item)
        ) AS untold
    FROM person p
    JOIN signed s USING (household_id, member_key)
    JOIN comparison c ON c.source = s.source
    WHERE s.whole OR EXISTS (SELECT 1 FROM signed_item i WHERE i.household_id = p.household_id
        AND i.member_key = p.member_key AND i.item = c.source || '.' || c.item)
),
held AS (
    SELECT q.household_id, q.member_key, q.label, q.source, q.measure, q.untold,
        coalesce(d.declared, 0) AS declared, coalesce(d.unclear, 0) AS unclear,
        -- the oldest day of the rows about the person, where one of them is answered
        CASE WHEN a.seen THEN coalesce(a.oldest, n.day) ELSE n.day END AS as_of,
        n.day IS NOT NULL AS replied, coalesce(a.seen, 0) AS seen,
        julianday(q.day) - s.max_age_days AS fresh_from, a.likeness,
        coalesce(a.undated, 0) AS undated, coalesce(a.unusable, 0) AS unusable,
        coalesce(f.present, 0) AS present, coalesce(f.question, 0) AS question,
        f.found, coalesce(f.no_figure, 0) AS no_figure
    FROM asked q
    JOIN source s ON s.source = q.source
    LEFT JOIN newest n ON n.source = q.source
    LEFT JOIN said d ON d.household_id = q.household_id AND d.member_key = q.member_key
        AND d.label = q.label
    LEFT JOIN answer a ON a.household_id = q.household_id AND a.member_key = q.member_key
        AND a.source = q.source
    LEFT JOIN figure f ON f.household_id = q.household_id AND f.member_key = q.member_key
        AND f.label = q.label
),
decided AS (
    SELECT *, CASE
        -- gives a finding only where it stands against a declared nothing
        WHEN measure = 'hint' THEN CASE
            WHEN replied AND NOT undated AND NOT unusable AND coalesce(likeness, 0) < 4
                AND NOT unclear AND NOT untold AND declared = 0 AND question
                THEN 'awaiting_explanation' END
        WHEN NOT replied THEN 'no_reply'
        WHEN undated THEN 'no_reply'  -- the outcome UNAVAILABLE, which tells no name
        WHEN likeness = 4 THEN 'awaiting_explanation'
        WHEN unusable THEN 'no_reply'
        WHEN unclear OR (untold AND seen) THEN 'not_comparable'
        WHEN NOT present AND declared <> 0 THEN 'not_found'
        WHEN NOT present AND julianday(as_of) >= fresh_from THEN NULL  -- neither has anything
        WHEN NOT present THEN 'not_found'
        WHEN question THEN 'awaiting_explanation'
        WHEN no_figure THEN 'not_comparable'
        WHEN declared = 0 AND found = 0 THEN NULL  -- neither has anything
        WHEN found = declared THEN 'consistent'
        ELSE 'inconsistent'
    END AS status FROM held
)
SELECT household_id, member_key, source, label, status,
    CASE WHEN measure <> 'count' THEN declared END AS declared_fen,
    CASE WHEN measure = 'count' THEN declared END AS declared_count,
    CASE WHEN measure <> 'count' AND status IN ('consistent', 'inconsistent') THEN found END
        AS found_fen,
    CASE WHEN measure = 'count' AND status IN ('consistent', 'inconsistent') THEN found END
        AS found_count,
    as_of, (SELECT l.match FROM likeness l WHERE l.likeness = decided.likeness) AS match
FROM decided WHERE status IS NOT NULL;

-- ------------------------------------------------------------------ whom a person should look at
CREATE TABLE worklist AS
    SELECT household_id, group_concat(item, ' ') AS items FROM (
        SELECT DISTINCT f.household_id, c.source || '.' || c.item AS item
        FROM findings f JOIN comparison c USING (label)
        WHERE f.status = 'inconsistent' ORDER BY 1, 2
    ) GROUP BY household_id;

-- ---------------------------------------------------------------------- counts of everything
CREATE TABLE summary AS
    SELECT 'households' AS part, '' AS source, '' AS what, count(*) AS counted FROM households
    UNION ALL SELECT 'members', '', '', count(*) FROM members
    UNION ALL SELECT 'members_with_unreadable_number', '', '', count(*)
        FROM person WHERE number IS NULL
    UNION ALL SELECT 'members_without_authorization', '', '', count(*)
        FROM person WHERE NOT in_force
    UNION ALL SELECT 'sources', s.source, 'rows', count(d.source)
        FROM source s LEFT JOIN delivered d ON d.source = s.source GROUP BY s.source
    UNION ALL SELECT 'sources', s.source, 'unreadable_numbers',
            coalesce(sum(d.source IS NOT NULL AND n.number IS NULL), 0)
        FROM source s LEFT JOIN delivered d ON d.source = s.source
        LEFT JOIN number n ON n.written = d.id_number GROUP BY s.source
    UNION ALL SELECT 'sources', s.source, 'attached', count(f.source)
        FROM source s LEFT JOIN facts f ON f.source = s.source GROUP BY s.source
    UNION ALL SELECT 'sources', source, 'refused', refused FROM refused
    UNION ALL SELECT 'refused', source, '', refused FROM refused
    UNION ALL SELECT 'facts', source, match, count(*) FROM facts GROUP BY source, match
    UNION ALL SELECT 'findings', c.source || '.' || c.item, f.status, count(*)
        FROM findings f JOIN comparison c USING (label) GROUP BY 2, 3;
