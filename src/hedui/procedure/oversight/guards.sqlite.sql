
DROP TRIGGER IF EXISTS oversight_secondreview_is_blind
-- ;;
CREATE TRIGGER oversight_secondreview_is_blind BEFORE INSERT ON oversight_secondreview
BEGIN
  SELECT RAISE(ABORT, 'second_review: by an officer with a post for it, with reasons, of what was confirmed in a month that is over')
  WHERE length(NEW.content) = 0 OR NEW.outcome NOT IN ('meets', 'does_not', 'open')
     OR NOT EXISTS (SELECT 1 FROM determinations_determination d
                    WHERE d.id = NEW.determination_id AND d.confirmed_at IS NOT NULL
                      AND strftime('%Y-%m', d.confirmed_at, '+8 hours') < strftime('%Y-%m', 'now', '+8 hours'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.reviewed_by AND p.role = 'commission'
                      AND p.first_day <= date('now', '+8 hours') AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours')));
  SELECT RAISE(ABORT, 'second_review: who did or saw anything of the case before does not review it')
  WHERE EXISTS (SELECT 1 FROM record_entry e
                WHERE e."case" = (SELECT c.case_id FROM determinations_determination d
                JOIN reports_report r ON r.id = d.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE d.id = NEW.determination_id)
                  AND e.actor = NEW.reviewed_by AND e.act NOT LIKE 'oversight.%');
END
