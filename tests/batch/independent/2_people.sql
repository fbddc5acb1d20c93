-- Whose rows they are: numbers, names, who signed for what.

CREATE INDEX by_word ON word (source, item, written);

-- ---------------------------------------------------------------------- numbers of persons
-- Folded: full width, a small x; spaces and hyphens are taken out.
CREATE TABLE folded (written TEXT PRIMARY KEY, plain TEXT);
INSERT INTO folded
    WITH RECURSIVE digit (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM digit WHERE n < 9)
    SELECT char(65296 + n), char(48 + n) FROM digit
    UNION ALL VALUES (char(65336), 'X'), (char(65368), 'X'), ('x', 'X'),
        (' ', ''), (char(12288), ''), ('-', ''), (char(9), '');

CREATE TABLE number (
    written TEXT PRIMARY KEY,
    plain TEXT,
    degree INTEGER,   -- 0 as it is, 1 written otherwise, 2 of fifteen digits
    number TEXT       -- of eighteen characters; NULL is no number
);
INSERT INTO number (written, plain)
    WITH RECURSIVE
    everything (written) AS (
        SELECT id_number FROM members UNION SELECT id_number FROM bank
        UNION SELECT id_number FROM tax UNION SELECT id_number FROM vehicle
        UNION SELECT id_number FROM real_estate UNION SELECT id_number FROM social_insurance
        UNION SELECT id_number FROM commercial_insurance UNION SELECT id_number FROM securities
        UNION SELECT id_number FROM provident_fund
    ),
    reading (written, rest, plain) AS (
        SELECT written, written, '' FROM everything WHERE written IS NOT NULL
        UNION ALL
        SELECT written, substr(rest, 2), plain || coalesce(
            (SELECT f.plain FROM folded f WHERE f.written = substr(rest, 1, 1)),
            substr(rest, 1, 1))
        FROM reading WHERE rest <> ''
    )
    SELECT written, plain FROM reading WHERE rest = '';
UPDATE number SET degree = CASE WHEN length(plain) = 15 THEN 2 ELSE plain <> written END;

-- The check character of GB 11643: 17 products, their sum modulo 11.
CREATE TABLE weight (place INTEGER PRIMARY KEY, weight INTEGER);
INSERT INTO weight VALUES (1, 7), (2, 9), (3, 10), (4, 5), (5, 8), (6, 4), (7, 2), (8, 1), (9, 6),
    (10, 3), (11, 7), (12, 9), (13, 10), (14, 5), (15, 8), (16, 4), (17, 2);

WITH
body AS (
    SELECT written, plain,
        CASE length(plain)
            WHEN 15 THEN substr(plain, 1, 6) || '19' || substr(plain, 7)
            WHEN 18 THEN substr(plain, 1, 17)
        END AS digits
    FROM number
),
checked AS (
    SELECT b.written, b.digits || substr('10X98765432', 1 + (
            SELECT sum(CAST(substr(b.digits, w.place, 1) AS INTEGER) * w.weight) % 11
            FROM weight w), 1) AS number, b.plain,
        substr(b.digits, 7, 4) || '-' || substr(b.digits, 11, 2) || '-' || substr(b.digits, 13, 2)
            AS born
    FROM body b
    WHERE b.digits IS NOT NULL AND b.digits NOT GLOB '*[^0-9]*'
)
UPDATE number SET number = c.number FROM checked c
WHERE c.written = number.written AND date(c.born) = c.born
  AND (length(c.plain) = 15 OR c.plain = c.number);

-- ---------------------------------------------------------------------- names
-- Spaces and the dot of minority names are left out, however written; characters that GB 18030
-- had in its private zone before Unicode had them are read as what they are.
CREATE TABLE name_character (written TEXT PRIMARY KEY, plain TEXT);
INSERT INTO name_character VALUES
    (' ', ''), (char(12288), ''), ('.', ''), ('·', ''), ('•', ''), ('・', ''), ('‧', ''), ('．', ''),
    (char(59491), char(19886)),   -- U+E863 䶮
    (char(59422), char(40884));   -- U+E81E 龴

CREATE TABLE delivered (
    source TEXT, source_row INTEGER, name TEXT, id_number TEXT, as_of TEXT,
    PRIMARY KEY (source, source_row)
);
INSERT INTO delivered SELECT 'bank', source_row, name, id_number, as_of FROM bank;
INSERT INTO delivered SELECT 'tax', source_row, name, id_number, as_of FROM tax;
INSERT INTO delivered SELECT 'vehicle', source_row, name, id_number, as_of FROM vehicle;
INSERT INTO delivered SELECT 'real_estate', source_row, name, id_number, as_of FROM real_estate;
INSERT INTO delivered
    SELECT 'social_insurance', source_row, name, id_number, as_of FROM social_insurance;
INSERT INTO delivered
    SELECT 'commercial_insurance', source_row, name, id_number, as_of FROM commercial_insurance;
INSERT INTO delivered SELECT 'securities', source_row, name, id_number, as_of FROM securities;
INSERT INTO delivered
    SELECT 'provident_fund', source_row, name, id_number, as_of FROM provident_fund;

CREATE TABLE name (written TEXT PRIMARY KEY, plain TEXT);
INSERT INTO name
    WITH RECURSIVE reading (written, rest, plain) AS (
        SELECT name, name, ''
        FROM (SELECT name FROM members UNION SELECT name FROM delivered) WHERE name IS NOT NULL
        UNION ALL
        SELECT written, substr(rest, 2), plain || coalesce(
            (SELECT c.plain FROM name_character c WHERE c.written = substr(rest, 1, 1)),
            substr(rest, 1, 1))
        FROM reading WHERE rest <> ''
    )
    SELECT written, plain FROM reading WHERE rest = '';

-- ---------------------------------------------------------------------- days
-- 2024-07-31, 2024/07/31 or 20240731; NULL is no day.
CREATE TABLE day (written TEXT PRIMARY KEY, day TEXT);
INSERT INTO day
    WITH everything (written) AS (
        SELECT as_of FROM delivered UNION SELECT as_of FROM households
        UNION SELECT authorized_until FROM members UNION SELECT benefit_from FROM social_insurance
    ),
    digits AS (
        SELECT written, replace(replace(written, '-', ''), '/', '') AS d FROM everything
        WHERE written IS NOT NULL
    ),
    apart AS (
        SELECT written, substr(d, 1, 4) || '-' || substr(d, 5, 2) || '-' || substr(d, 7) AS day
        FROM digits WHERE length(d) = 8 AND d NOT GLOB '*[^0-9]*'
    )
    SELECT written, day FROM apart WHERE date(day) = day;

-- ------------------------------------------------------------------ people and what they signed
CREATE TABLE person AS
    SELECT m.household_id, m.member_key, m.name, k.plain AS name_key, n.number, n.degree,
        h.programme, d.day AS as_of,
        -- months are counted from the year 0: the last whole one before the day, and eleven before
        CAST(substr(d.day, 1, 4) AS INTEGER) * 12 + CAST(substr(d.day, 6, 2) AS INTEGER) - 12
            AS first_month,
        CAST(substr(d.day, 1, 4) AS INTEGER) * 12 + CAST(substr(d.day, 6, 2) AS INTEGER) - 1
            AS last_month,
        coalesce(u.day >= d.day, 0) AS in_force, m.authorized_items
    FROM members m
    JOIN households h ON h.household_id = m.household_id
    JOIN day d ON d.written = h.as_of
    LEFT JOIN number n ON n.written = m.id_number
    LEFT JOIN name k ON k.written = m.name
    LEFT JOIN day u ON u.written = m.authorized_until;
CREATE INDEX person_by_number ON person (number);
CREATE UNIQUE INDEX person_by ON person (household_id, member_key);

CREATE TABLE signed_item AS
    WITH RECURSIVE listed (household_id, member_key, item, rest) AS (
        SELECT household_id, member_key, '', coalesce(authorized_items, '') || ','
        FROM person WHERE in_force
        UNION ALL
        SELECT household_id, member_key, trim(substr(rest, 1, instr(rest, ',') - 1)),
            substr(rest, instr(rest, ',') + 1)
        FROM listed WHERE rest <> ''
    )
    SELECT DISTINCT household_id, member_key, item FROM listed WHERE item <> '';

-- whole: all its items; otherwise those named
CREATE TABLE signed AS
    SELECT i.household_id, i.member_key, s.source, max(i.item IN ('*', s.source)) AS whole
    FROM signed_item i
    JOIN source s ON i.item IN ('*', s.source) OR substr(i.item, 1, length(s.source) + 1)
        = s.source || '.'
    JOIN person p ON p.household_id = i.household_id AND p.member_key = i.member_key
    JOIN needed n ON n.programme = p.programme AND n.source = s.source
    GROUP BY i.household_id, i.member_key, s.source;
CREATE UNIQUE INDEX signed_by ON signed (household_id, member_key, source);
CREATE INDEX signed_item_by ON signed_item (household_id, member_key, item);

-- ---------------------------------------------------------------------- rows about somebody
CREATE TABLE about AS
    SELECT p.household_id, p.member_key, d.source, d.source_row, a.day,
        CASE
            WHEN k.plain <> p.name_key THEN 4
            WHEN d.name <> p.name THEN 3
            ELSE max(n.degree, p.degree)
        END AS likeness
    FROM delivered d
    JOIN number n ON n.written = d.id_number
    JOIN person p ON p.number = n.number
    LEFT JOIN name k ON k.written = d.name
    LEFT JOIN day a ON a.written = d.as_of;

CREATE INDEX about_by ON about (source, source_row);

CREATE TABLE likeness (likeness INTEGER PRIMARY KEY, match TEXT);
INSERT INTO likeness VALUES (0, 'exact'), (1, 'normalised'), (2, 'upgraded'),
    (3, 'name_variant'), (4, 'name_conflict');

CREATE TABLE facts AS
    SELECT a.household_id, a.member_key, a.source, a.source_row, l.match
    FROM about a JOIN likeness l USING (likeness)
    JOIN signed s USING (household_id, member_key, source);

CREATE TABLE refused AS
    SELECT s.source, count(a.source) AS refused
    FROM source s LEFT JOIN about a ON a.source = s.source AND NOT EXISTS (
        SELECT 1 FROM signed g WHERE g.household_id = a.household_id
            AND g.member_key = a.member_key AND g.source = a.source)
    GROUP BY s.source;
