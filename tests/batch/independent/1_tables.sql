-- What a registry and the departments deliver, as text, and what the catalogue says of it.
--
-- Written from docs/how-to/recheck-a-registry.md, docs/reference/catalogue.md and
-- docs/reference/comparison.md alone, for SQLite; nothing here was read in src/hedui/batch or
-- src/hedui/comparison. Where a result differs, those pages say who is right.
-- A loader fills these tables with the cells as delivered; a cell that is empty is NULL.

CREATE TABLE members (
    household_id TEXT, member_key TEXT, name TEXT, id_number TEXT,
    authorized_until TEXT, authorized_items TEXT
);
CREATE TABLE households (household_id TEXT, division TEXT, programme TEXT, as_of TEXT);
CREATE TABLE declared (
    household_id TEXT, member_key TEXT, class TEXT, kind TEXT, amount_fen TEXT, count TEXT
);

CREATE TABLE bank (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT, balance_fen TEXT
);
CREATE TABLE tax (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT,
    income_type TEXT, period TEXT, amount_fen TEXT, tax_fen TEXT
);
CREATE TABLE vehicle (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT,
    vehicle_class TEXT, status TEXT
);
CREATE TABLE real_estate (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT, unit_no TEXT
);
CREATE TABLE social_insurance (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT,
    status TEXT, benefit_type TEXT, benefit_monthly_fen TEXT, benefit_from TEXT,
    contribution_base_fen TEXT
);
CREATE TABLE commercial_insurance (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT,
    role TEXT, cash_value_fen TEXT
);
CREATE TABLE securities (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT, market_value_fen TEXT,
    cash_fen TEXT
);
CREATE TABLE provident_fund (
    source_row INTEGER PRIMARY KEY, name TEXT, id_number TEXT, as_of TEXT, balance_fen TEXT,
    status TEXT, contribution_base_fen TEXT
);

-- older than so many days proves no absence 数据有效天数
CREATE TABLE source (source TEXT PRIMARY KEY, max_age_days INTEGER);
INSERT INTO source VALUES
    ('social_insurance', 62), ('commercial_insurance', 92), ('vehicle', 31), ('real_estate', 31),
    ('tax', 62), ('bank', 31), ('securities', 31), ('provident_fund', 62);

-- needed by 适用项目, for programmes that do not need all of them
CREATE TABLE needed (programme TEXT, source TEXT);
INSERT INTO needed SELECT programme, source FROM source, (
    SELECT 'dibao' AS programme UNION SELECT 'dibao_edge' UNION SELECT 'tekun'
    UNION SELECT 'rigid_expenditure' UNION SELECT 'low_income' UNION SELECT 'any'
);

-- 比对口径: what is compared, of which item, with which part of the declaration
CREATE TABLE comparison (label TEXT PRIMARY KEY, source TEXT, item TEXT, measure TEXT, class TEXT);
INSERT INTO comparison VALUES
    ('存款余额', 'bank', 'balance_fen', 'sum', 'deposit'),
    ('商业保险现金价值', 'commercial_insurance', 'cash_value_fen', 'sum', 'insurance'),
    ('证券市值', 'securities', 'market_value_fen', 'sum', 'security'),
    ('住房公积金余额', 'provident_fund', 'balance_fen', 'sum', 'provident_fund'),
    ('机动车数量', 'vehicle', 'vehicle_class', 'count', 'vehicle'),
    ('不动产数量', 'real_estate', 'unit_no', 'count', 'real_estate'),
    ('工资性收入', 'tax', 'amount_fen', 'sum_in_period', 'wage'),
    ('经营性收入', 'tax', 'amount_fen', 'sum_in_period', 'business'),
    ('财产性收入', 'tax', 'amount_fen', 'sum_in_period', 'property'),
    ('养老金(退休金)', 'social_insurance', 'benefit_monthly_fen', 'monthly', 'transfer'),
    ('城乡居民养老金', 'social_insurance', 'benefit_monthly_fen', 'monthly', 'transfer'),
    ('失业保险金', 'social_insurance', 'benefit_monthly_fen', 'monthly', 'transfer'),
    ('工伤保险待遇', 'social_insurance', 'benefit_monthly_fen', 'monthly', 'transfer'),
    ('财产转让所得', 'tax', 'amount_fen', 'hint', 'property'),
    ('社会保险缴费基数', 'social_insurance', 'contribution_base_fen', 'hint', 'wage'),
    ('住房公积金缴存基数', 'provident_fund', 'contribution_base_fen', 'hint', 'wage');

-- the kinds of the class, where not all of them
CREATE TABLE compared_kind (label TEXT, kind TEXT);
INSERT INTO compared_kind VALUES
    ('商业保险现金价值', 'cash_value'),
    ('工资性收入', 'salary'), ('工资性收入', 'bonus'), ('工资性收入', 'labour_service'),
    ('财产性收入', 'rent'), ('财产性收入', 'interest'), ('财产性收入', 'dividend'),
    ('养老金(退休金)', 'pension'), ('城乡居民养老金', 'basic_resident_pension'),
    ('失业保险金', 'unemployment_benefit'), ('工伤保险待遇', 'other');

-- items without which rows cannot be told apart, or a figure not be reckoned
CREATE TABLE told_apart_by (label TEXT, item TEXT);
INSERT INTO told_apart_by VALUES
    ('机动车数量', 'status'), ('商业保险现金价值', 'role'),
    ('工资性收入', 'income_type'), ('工资性收入', 'period'),
    ('经营性收入', 'income_type'), ('经营性收入', 'period'),
    ('财产性收入', 'income_type'), ('财产性收入', 'period'),
    ('财产转让所得', 'income_type'),
    ('养老金(退休金)', 'benefit_type'), ('城乡居民养老金', 'benefit_type'),
    ('失业保险金', 'benefit_type'), ('工伤保险待遇', 'benefit_type'),
    ('养老金(退休金)', 'benefit_from'), ('城乡居民养老金', 'benefit_from'),
    ('失业保险金', 'benefit_from'), ('工伤保险待遇', 'benefit_from'),
    ('养老金(退休金)', 'status'), ('城乡居民养老金', 'status'),
    ('失业保险金', 'status'), ('工伤保险待遇', 'status'),
    ('社会保险缴费基数', 'status'), ('住房公积金缴存基数', 'status');

-- a code, or a word for it
CREATE TABLE word (source TEXT, item TEXT, written TEXT, code TEXT);
INSERT INTO word VALUES
    ('tax', 'income_type', '工资薪金', 'wage'), ('tax', 'income_type', '工资薪金所得', 'wage'),
    ('tax', 'income_type', '工资、薪金所得', 'wage'),
    ('tax', 'income_type', '奖金', 'bonus'), ('tax', 'income_type', '全年一次性奖金', 'bonus'),
    ('tax', 'income_type', '劳务报酬', 'labour_service'),
    ('tax', 'income_type', '劳务报酬所得', 'labour_service'),
    ('tax', 'income_type', '劳务', 'labour_service'),
    ('tax', 'income_type', '经营所得', 'business'), ('tax', 'income_type', '经营', 'business'),
    ('tax', 'income_type', '财产租赁', 'rent'), ('tax', 'income_type', '财产租赁所得', 'rent'),
    ('tax', 'income_type', '租金', 'rent'),
    ('tax', 'income_type', '利息', 'interest'), ('tax', 'income_type', '利息所得', 'interest'),
    ('tax', 'income_type', '股息红利', 'dividend'),
    ('tax', 'income_type', '股息、红利所得', 'dividend'),
    ('tax', 'income_type', '股息', 'dividend'), ('tax', 'income_type', '红利', 'dividend'),
    ('tax', 'income_type', '财产转让', 'transfer'),
    ('tax', 'income_type', '财产转让所得', 'transfer'),
    ('social_insurance', 'status', '参保缴费', 'active'),
    ('social_insurance', 'status', '正常参保', 'active'),
    ('social_insurance', 'status', '正常缴费', 'active'),
    ('social_insurance', 'status', '在缴', 'active'),
    ('social_insurance', 'status', '正常', 'active'),
    ('social_insurance', 'status', '暂停缴费', 'suspended'),
    ('social_insurance', 'status', '暂停参保', 'suspended'),
    ('social_insurance', 'status', '中断缴费', 'suspended'),
    ('social_insurance', 'status', '停保', 'suspended'),
    ('social_insurance', 'status', '领取待遇', 'drawing'),
    ('social_insurance', 'status', '待遇领取', 'drawing'),
    ('social_insurance', 'status', '离退休', 'drawing'),
    ('social_insurance', 'status', '退休', 'drawing'),
    ('social_insurance', 'status', '终止参保', 'ended'),
    ('social_insurance', 'status', '终止', 'ended'),
    ('social_insurance', 'status', '注销', 'ended'),
    ('social_insurance', 'benefit_type', '职工基本养老金', 'pension'),
    ('social_insurance', 'benefit_type', '养老金', 'pension'),
    ('social_insurance', 'benefit_type', '退休金', 'pension'),
    ('social_insurance', 'benefit_type', '基本养老金', 'pension'),
    ('social_insurance', 'benefit_type', '城乡居民基础养老金', 'basic_resident_pension'),
    ('social_insurance', 'benefit_type', '居民养老金', 'basic_resident_pension'),
    ('social_insurance', 'benefit_type', '城乡居民养老金', 'basic_resident_pension'),
    ('social_insurance', 'benefit_type', '失业保险金', 'unemployment_benefit'),
    ('social_insurance', 'benefit_type', '工伤保险待遇', 'work_injury'),
    ('social_insurance', 'benefit_type', '工伤待遇', 'work_injury'),
    ('social_insurance', 'benefit_type', '伤残津贴', 'work_injury'),
    ('commercial_insurance', 'role', '投保人', 'policyholder'),
    ('commercial_insurance', 'role', '被保险人', 'insured'),
    ('commercial_insurance', 'role', '受益人', 'beneficiary'),
    ('vehicle', 'status', '正常', 'normal'), ('vehicle', 'status', '在用', 'normal'),
    ('vehicle', 'status', '逾期未检验', 'overdue'), ('vehicle', 'status', '违法未处理', 'overdue'),
    ('vehicle', 'status', '停驶', 'overdue'),
    ('vehicle', 'status', '查封', 'seized'), ('vehicle', 'status', '扣押', 'seized'),
    ('vehicle', 'status', '锁定', 'seized'),
    ('vehicle', 'status', '转出', 'transferred'), ('vehicle', 'status', '已转移', 'transferred'),
    ('vehicle', 'status', '转移登记', 'transferred'),
    ('vehicle', 'status', '报废', 'scrapped'), ('vehicle', 'status', '已报废', 'scrapped'),
    ('vehicle', 'status', '达到报废标准公告牌证作废', 'scrapped'),
    ('vehicle', 'status', '注销', 'cancelled'), ('vehicle', 'status', '已注销', 'cancelled'),
    ('provident_fund', 'status', '正常缴存', 'active'), ('provident_fund', 'status', '缴存', 'active'),
    ('provident_fund', 'status', '正常', 'active'), ('provident_fund', 'status', '在缴', 'active'),
    ('provident_fund', 'status', '封存', 'sealed'), ('provident_fund', 'status', '停缴', 'sealed'),
    ('provident_fund', 'status', '冻结', 'frozen'),
    ('provident_fund', 'status', '销户', 'closed'), ('provident_fund', 'status', '已销户', 'closed');
INSERT INTO word SELECT DISTINCT source, item, code, code FROM word;
