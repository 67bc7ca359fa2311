"""The words and products of the demo bank.

Belongs here: names, places, trades, the product catalogue. Not here: who gets which (people.py, holdings.py).
"""

# ruff: noqa: SIM905, E501 - words in one line read better than a quoted list; Chinese ones look wide to a linter
from __future__ import annotations

from dataclasses import dataclass

SURNAMES = list(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = list(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国红梅志文斌鑫宇浩凯健俊帆雪婷慧莹欣怡佳琪子涵梓轩"
    "思雨晨阳博雅诗语嘉豪泽楷瑞祥安宁晓东海燕春生福贵银凤云龙飞翔永康立新学德光辉少峰振兴美玲淑珍亚楠若溪可心"
)
SURNAMES_LATIN = (
    "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Song Tang Xu Han Feng "
    "Deng Cao Peng Zeng Xiao Tian Dong Yuan Pan Yu Jiang Cai Yu Du Ye Cheng Su Wei Lv Ding Ren Shen Yao Lu Jiang Cui Zhong Tan "
    "Lu Wang Fan Jin Shi Liao Jia Xia Wei Fu Fang Bai Zou Meng Xiong Qin Qiu Jiang Yin Xue Yan Duan Lei Hou Long Shi Tao Li He "
    "Gu Mao Hao Gong Shao Wan Qian Yan Qin Wu Dai Mo Kong Xiang Tang"
).split()
GIVEN_LATIN = (
    "wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xiu xia ping gang gui ying hua yu lan jian guo "
    "hong mei zhi wen bin xin yu hao kai jian jun fan xue ting hui ying xin yi jia qi zi han zi xuan si yu chen yang bo ya shi "
    "yu jia hao ze kai rui xiang an ning xiao dong hai yan chun sheng fu gui yin feng yun long fei xiang yong kang li xin xue "
    "de guang hui shao feng zhen xing mei ling shu zhen ya nan ruo xi ke xin"
).split()
# province, city, the first four digits of its region code
CITIES = [
    tuple(entry.split("/"))
    for entry in (
        "北京市/北京市/1101 天津市/天津市/1201 辽宁省/沈阳市/2101 辽宁省/大连市/2102 黑龙江省/哈尔滨市/2301 上海市/上海市/3101 "
        "江苏省/南京市/3201 江苏省/无锡市/3202 江苏省/苏州市/3205 浙江省/杭州市/3301 浙江省/宁波市/3302 浙江省/温州市/3303 "
        "安徽省/合肥市/3401 福建省/福州市/3501 福建省/厦门市/3502 江西省/南昌市/3601 山东省/济南市/3701 山东省/青岛市/3702 "
        "河南省/郑州市/4101 湖北省/武汉市/4201 湖南省/长沙市/4301 广东省/广州市/4401 广东省/深圳市/4403 广东省/佛山市/4406 "
        "广东省/东莞市/4419 重庆市/重庆市/5001 四川省/成都市/5101 云南省/昆明市/5301 陕西省/西安市/6101 "
        # smaller ones: prefectures, then county cities, whose code is their prefecture's
        "江西省/赣州市/3607 河南省/洛阳市/4103 广西壮族自治区/柳州市/4502 四川省/南充市/5113 贵州省/遵义市/5203 甘肃省/兰州市/6201 "
        "江苏省/昆山市/3205 江苏省/江阴市/3202 浙江省/义乌市/3307 浙江省/慈溪市/3302 福建省/晋江市/3505 山东省/龙口市/3706 湖南省/浏阳市/4301"
    ).split()
]
DISTRICTS = "东城区 西城区 南山区 江北区 高新区 开发区 新城区 滨江区 临港区 中心区".split()
ROADS = "人民路 解放路 中山路 建设路 和平路 新华路 长江路 黄河路 文化路 科技路 幸福路 胜利路 朝阳路 光明路 迎宾路 学府路".split()
OCCUPATIONS = "工程师 教师 医生 公务员 销售 会计 司机 个体经营 工人 设计师 律师 护士 餐饮服务 自由职业 企业管理 退休".split()
COMPANY_WORDS = "恒达 远景 华信 金鼎 瑞丰 博创 天成 盛世 凯旋 中联 宏图 嘉禾 安泰 正源 明德 新锐 德润 启航 汇通 万象".split()
INDUSTRIES = "科技 贸易 制造 物流 餐饮管理 建筑工程 医疗器械 教育咨询 纺织 电子 食品 农业开发".split()
MERCHANTS = "grocery dining fuel travel clothing electronics health education entertainment utilities transport home".split()
OTHER_BANKS = "中国工商银行 中国农业银行 中国银行 中国建设银行 交通银行 招商银行 邮储银行 浦发银行".split()
# the bank's own currency, and base currency for one unit of the others when the history starts
CURRENCIES = ["CNY", "USD", "HKD", "EUR", "GBP", "JPY"]
FIRST_RATES = [1.0, 7.12, 0.912, 7.71, 9.02, 0.0482]
COUNTRIES = ["CN", "HK", "JP", "TH", "SG", "US"]
INTERESTS = "travel;food parenting;education cars;sports fitness;health investing;news gaming;electronics fashion;beauty reading;music".split()
# what people like most below 25, below 32, below 46, below 60, and later
OF_AGES = "gaming;electronics fashion;beauty parenting;education cars;sports fitness;health".split()
INCOME_BANDS = ["<5k", "5k-10k", "10k-20k", "20k-50k", ">50k"]
PAGES = "home wealth_list fund_list transfer bill_payment card account_overview deposit_list loan insurance_list message_centre mortgage".split()
# what people apply for in the app without being about to take it
APPLIED_FOR = "T001 W001 W002 F001 F003 I002 C001 L001 L003".split()
# where each category of product is shown
PRODUCT_PAGES = {
    "demand_deposit": "deposit_list", "time_deposit": "deposit_list", "wealth": "wealth_list", "fund": "fund_list",
    "insurance": "insurance_list", "precious_metal": "wealth_list", "trust": "wealth_list", "credit_card": "card",
    "consumer_loan": "loan", "mortgage": "mortgage", "auto_loan": "loan", "business_loan": "loan",
    "supply_chain_finance": "loan", "payroll": "account_overview", "digital_wallet": "account_overview",
}  # fmt: skip
EVENT_NAMES = "page_view page_view product_view page_view search product_view page_view page_view page_view push_open".split()
# the last is asked by those alone who look at mortgages
CONTACT_REASONS = (
    "balance_enquiry card_problem transfer_problem product_question complaint address_change loan_question app_help "
    "mortgage_question"
).split()
TRANSCRIPTS = (
    "客户询问账户余额，已告知查询方式。 客户反映银行卡无法使用，已登记处理。 客户咨询转账限额，已解答。 客户了解理财产品收益与风险。 "
    "客户对排队时间表示不满，已致歉。 客户更新联系地址。 客户咨询提前还款流程。 客户询问手机银行登录问题，已指导。 "
    "客户咨询住房贷款利率与首付比例，已说明。"
).split()
COMPLAINT_TOPICS = "queueing fees staff_attitude app_failure product_return card_dispute".split()
REASON_PRODUCTS = "D001 C001 D001 W002 D001 D001 L001 D001 L002".split()  # what each contact reason is about
NARRATIVES = (
    "客户投诉已登记，等待处理。 客户咨询已转相关部门。 客户申请已受理。 客户表扬服务人员。 客户报告可疑交易，已冻结核查。".split()
)
COMMENTS = "等待太久，问题没有解决。 一般，还可以更快。 服务很好，谢谢。".split()

TRANSACTION_TYPES = (
    "salary transfer card_purchase cash bill_payment interest fee loan_repayment investment_purchase investment_redemption "
    "tax insurance_premium pension other"
).split()
# for each type, what a posting may say
DESCRIPTIONS = [
    entry.split("/")
    for entry in (
        "代发工资 转账/房租/还钱/生活费 消费/扫码消费/网上消费 现金/取现 水费/电费/燃气费/话费/物业费/宽带费 结息 账户管理费/短信服务费 还款 "
        "购买理财/申购 赎回/到期兑付 税款 保险费 养老金 其他"
    ).split()
]
BILLERS = "自来水公司 供电公司 燃气公司 电信公司 物业公司 宽带公司".split()
CHANNELS = "mobile web branch atm pos phone system".split()
TYPE = {name: code for code, name in enumerate(TRANSACTION_TYPES)}
CHANNEL = {name: code for code, name in enumerate(CHANNELS)}


@dataclass(frozen=True)
class Product:
    """One product: rate in millionths a year, quota in yuan (None: unlimited), term in days (0: none)."""

    code: str
    name: str
    category: str
    risk: str | None
    rate: int
    quota: int | None = None
    term: int = 0
    is_withdrawn: bool = False  # no longer sold, still held


PRODUCTS = (
    Product("D001", "个人活期存款", "demand_deposit", "R1", 500),
    Product("D002", "单位活期存款", "demand_deposit", "R1", 500),
    Product("T001", "一年期定期存款", "time_deposit", "R1", 11_000, term=365),
    Product("T003", "三年期大额存单", "time_deposit", "R1", 15_500, 80_000_000, term=1_095),
    Product("T101", "单位定期存款", "time_deposit", "R1", 10_500, term=365),
    Product("W001", "稳享日日盈", "wealth", "R2", 21_000),
    Product("W002", "稳健增利半年", "wealth", "R2", 26_000, term=182),
    Product("W003", "进取混合一年", "wealth", "R3", 35_000, 50_000_000, term=365),
    Product("W004", "私行尊享两年", "wealth", "R4", 42_000, 30_000_000, term=730),
    Product("F001", "货币市场基金", "fund", "R1", 15_000),
    Product("F002", "纯债基金", "fund", "R2", 28_000),
    Product("F003", "沪深300指数基金", "fund", "R4", 50_000),
    Product("F004", "科技成长股票基金", "fund", "R5", 70_000),
    Product("I001", "终身年金保险", "insurance", "R2", 20_000),
    Product("I002", "增额终身寿险", "insurance", "R2", 25_000),
    Product("P001", "积存金", "precious_metal", "R3", 30_000),
    Product("X001", "信托计划一号", "trust", "R4", 48_000, 20_000_000, term=730),
    Product("C001", "标准信用卡", "credit_card", None, 182_500),
    Product("C002", "白金信用卡", "credit_card", None, 182_500),
    Product("L001", "个人消费贷", "consumer_loan", None, 39_000, term=1_095),
    Product("L002", "个人住房贷款", "mortgage", None, 33_000, term=7_300),
    Product("L003", "汽车分期贷款", "auto_loan", None, 42_000, term=1_095),
    Product("B001", "小微经营贷", "business_loan", None, 38_000, term=1_095),
    Product("B002", "供应链订单融资", "supply_chain_finance", None, 36_000, term=1_095),
    Product("S001", "代发工资服务", "payroll", None, 0),
    Product("E001", "数字人民币钱包", "digital_wallet", None, 0),
    Product("D003", "外币活期存款", "demand_deposit", "R1", 500),
    Product("W005", "稳健回报一年", "wealth", "R2", 30_000, term=365, is_withdrawn=True),
)
PRODUCT = {product.code: index for index, product in enumerate(PRODUCTS)}
