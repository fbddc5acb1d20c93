NEW.kind || ' ' || CASE
    WHEN EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'archive')
    THEN 'archived'
    WHEN NOT EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id)
    THEN COALESCE((SELECT NULLIF(s.kind, 'accept') FROM cases_step s
                   WHERE s.case_id = NEW.case_id AND s.kind IN
                     ('supplement', 'supply', 'accept', 'turn_down', 'confirm_turning_down')
                   ORDER BY s.id DESC LIMIT 1), 'open')
    ELSE COALESCE(
      (SELECT CASE s.word WHEN 'granted' THEN 'receiving' ELSE 'settled' END FROM cases_step s
       WHERE s.kind = 'hear'
         AND s.about = (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                        ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)
       ORDER BY s.id DESC LIMIT 1),
      (SELECT CASE
         WHEN d.outcome = 'refuse' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'notify') THEN 'informed'
         WHEN d.outcome = 'refuse' THEN 'refused'
         WHEN d.outcome = 'stop' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'end') THEN 'stopped'
         WHEN d.outcome = 'stop' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'phase_out') THEN 'phasing_out'
         WHEN d.outcome = 'stop' THEN 'stopping'
         WHEN EXISTS (SELECT 1 FROM cases_step s WHERE s.about = d.id AND s.kind = 'pay')
         THEN 'paying' ELSE 'granted' END
       FROM determinations_determination d
       WHERE d.confirmed_at IS NOT NULL
         AND NOT (d.outcome IN ('refuse', 'stop')
           AND (EXISTS (SELECT 1 FROM objections_contested t
                     JOIN objections_objection o ON o.id = t.objection_id
                     JOIN reports_report r ON r.id = o.report_id
                     JOIN commissions_commission c ON c.id = r.commission_id
                     WHERE c.case_id = NEW.case_id
                       AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                       WHERE s.contested_id = t.id))
                OR EXISTS (SELECT 1 FROM reports_report r
                           JOIN reports_report n ON n.commission_id = r.commission_id
                           WHERE r.id = d.report_id AND n.version > r.version)))
         AND d.id = (SELECT x.id FROM determinations_determination x
                     JOIN reports_report r ON r.id = x.report_id
                     JOIN commissions_commission c ON c.id = r.commission_id
                     WHERE c.case_id = NEW.case_id ORDER BY x.id DESC LIMIT 1)
         AND (SELECT r.commission_id FROM reports_report r WHERE r.id = d.report_id)
             = (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)),
      CASE
        WHEN EXISTS (SELECT 1 FROM objections_contested t
                     JOIN objections_objection o ON o.id = t.objection_id
                     JOIN reports_report r ON r.id = o.report_id
                     JOIN commissions_commission c ON c.id = r.commission_id
                     WHERE c.case_id = NEW.case_id
                       AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                       WHERE s.contested_id = t.id)) THEN 'reviewing'
        WHEN 'issued' = (SELECT r.status FROM reports_report r
                         WHERE r.commission_id =
                           (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                            ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)
                         ORDER BY r.version DESC LIMIT 1) THEN 'issued'
        ELSE 'verifying' END)
    END NOT IN (
    'supplement open',
    'supply supplement', 'supply turn_down',
    'accept supply', 'accept turn_down',
    'turn_down open', 'turn_down supplement', 'turn_down supply',
    'confirm_turning_down turn_down',
    'stand_back open', 'stand_back supplement', 'stand_back supply', 'stand_back turn_down', 'stand_back confirm_turning_down', 'stand_back verifying', 'stand_back issued', 'stand_back reviewing', 'stand_back granted', 'stand_back paying', 'stand_back refused', 'stand_back informed', 'stand_back stopping', 'stand_back phasing_out', 'stand_back stopped', 'stand_back receiving', 'stand_back settled',
    'visit open', 'visit verifying', 'visit issued', 'visit reviewing', 'visit paying', 'visit receiving',
    'interview open', 'interview verifying', 'interview issued', 'interview reviewing', 'interview paying', 'interview receiving',
    'review open', 'review verifying', 'review issued', 'review reviewing', 'review paying', 'review receiving',
    'publish issued',
    'protest issued',
    'dismiss issued',
    'uphold issued',
    'notify granted', 'notify paying', 'notify refused', 'notify stopping', 'notify phasing_out',
    'pay granted',
    'recheck paying',
    'phase_out stopping',
    'end stopping', 'end phasing_out',
    'hear issued', 'hear receiving',
    'pause open', 'pause verifying', 'pause issued', 'pause reviewing',
    'resume open', 'resume verifying', 'resume issued', 'resume reviewing',
    'extend open', 'extend verifying', 'extend issued', 'extend reviewing',
    'archive confirm_turning_down', 'archive informed', 'archive stopped', 'archive settled')
