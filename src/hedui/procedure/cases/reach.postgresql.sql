-- Which cases a scope 范围 reaches: what `cases.queries.visible_to` says, said once more in SQL, for
-- the row rules of PostgreSQL. A test holds the two against each other, for every post and agency.
-- These functions read posts and papers as the owner; each tells no more than its one answer.
-- ;;
-- The agency for which the officer acts today, if a post there is one of these roles; else NULL.
CREATE OR REPLACE FUNCTION hedui_post_in(VARIADIC roles text[]) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  actor text := current_setting('hedui.actor', true);
  day date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
  number bigint;
  first_ uuid;
BEGIN
  IF actor IS NULL OR actor !~ '^officer:[0-9]{1,18}$' THEN
    RETURN NULL;
  END IF;
  number := substr(actor, 9)::bigint;
  SELECT p.agency_id INTO first_ FROM agencies_post p
  JOIN agencies_officer o ON o.id = p.officer_id AND o.is_active
  WHERE p.officer_id = number AND p.first_day <= day AND (p.last_day IS NULL OR p.last_day >= day)
  ORDER BY p.id LIMIT 1;
  PERFORM 1 FROM agencies_post p
  WHERE p.officer_id = number AND p.agency_id = first_ AND p.role = ANY (roles)
    AND p.first_day <= day AND (p.last_day IS NULL OR p.last_day >= day);
  RETURN CASE WHEN FOUND THEN first_ END;
END $$
-- ;;
-- How the divisions begin whose cases come before the officer, in a civil affairs department.
CREATE OR REPLACE FUNCTION hedui_area() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT regexp_replace(y.division, '(00){1,2}$', '') FROM agencies_agency y
  WHERE y.id = hedui_post_in('commission') AND y.kind = 'civil_affairs'
$$
-- ;;
-- Whether the officer stands back from a case 回避, and so sees it no more.
CREATE OR REPLACE FUNCTION hedui_stands_back(case_ uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM cases_step s
                 WHERE s.case_id = case_ AND s.kind = 'stand_back'
                   AND s.officer = current_setting('hedui.actor', true));
END $$
-- ;;
-- Whether a case was commissioned to a verification body.
CREATE OR REPLACE FUNCTION hedui_is_given(case_ uuid, body_ uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN body_ IS NOT NULL AND EXISTS (
    SELECT 1 FROM commissions_commission c WHERE c.case_id = case_ AND c.body_id = body_);
END $$
-- ;;
-- Whether something of a case is posted today 公示, on a proposal that still stands.
CREATE OR REPLACE FUNCTION hedui_is_posted(case_ uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM cases_step s
    WHERE s.case_id = case_ AND s.kind = 'publish' AND day BETWEEN s.first_day AND s.last_day
      AND NOT EXISTS (SELECT 1 FROM cases_step p JOIN cases_step u ON u.about = p.id
                      WHERE p.about = s.id AND p.kind = 'protest' AND u.kind = 'uphold')
      AND NOT EXISTS (SELECT 1 FROM determinations_determination d
                      JOIN reports_report r ON r.id = d.report_id
                      JOIN commissions_commission c ON c.id = r.commission_id
                      WHERE c.case_id = case_ AND d.id > s.about));
END $$
-- ;;
-- The person whose form, or code for their own page, somebody holds: who may object in person.
CREATE OR REPLACE FUNCTION hedui_holder() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  actor text := COALESCE(current_setting('hedui.actor', true), '');
  kind text := split_part(actor, ':', 1);
  held text := substr(actor, length(split_part(actor, ':', 1)) + 2);
BEGIN
  IF kind = 'sheet' THEN
    RETURN (SELECT s.member_id FROM authorizations_sheet s WHERE s.number = held);
  ELSIF kind = 'own' THEN
    RETURN (SELECT o.member_id FROM reports_owncode o WHERE o.code = held);
  END IF;
  RETURN NULL;
END $$
-- ;;
-- The one case of what somebody holds: the code of an issued report, the number of a form, a
-- code for one's own page, the address of a page to sign at, the number of an authorization.
CREATE OR REPLACE FUNCTION hedui_held() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  actor text := COALESCE(current_setting('hedui.actor', true), '');
  kind text := split_part(actor, ':', 1);
  held text := substr(actor, length(split_part(actor, ':', 1)) + 2);
BEGIN
  IF kind = 'code' THEN
    RETURN (SELECT c.case_id FROM reports_report r
            JOIN commissions_commission c ON c.id = r.commission_id
            WHERE r.code = held AND r.status = 'issued');
  ELSIF kind = 'sheet' THEN
    RETURN (SELECT s.case_id FROM authorizations_sheet s WHERE s.number = held);
  ELSIF kind = 'own' THEN
    RETURN (SELECT m.case_id FROM reports_owncode o
            JOIN cases_member m ON m.id = o.member_id WHERE o.code = held);
  ELSIF kind = 'page' THEN
    RETURN (SELECT m.case_id FROM authorizations_enrolment e
            JOIN cases_member m ON m.id = e.member_id WHERE e.address = held);
  ELSIF kind = 'authorization' AND held ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
    RETURN (SELECT a.case_id FROM authorizations_authorization a WHERE a.id = held::uuid);
  END IF;
  RETURN NULL;
END $$
