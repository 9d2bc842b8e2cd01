"""Chinese sentences with names in them, made from lists of public facts and templates of our own."""

import random
import re

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹"
    "熊白孟秦邱侯江尹薛闫雷龙段陶史贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文葛洪施牛樊殷岳齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项"
    "曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边净阴闻党翟蓝"
)
DOUBLE_SURNAMES = "欧阳 上官 司马 诸葛 皇甫 东方 尉迟 公孙 令狐 慕容 司徒 夏侯 端木 南宫 独孤".split()
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文斌波辉力宁健鹏飞鑫宇浩凯俊峰志远思雨欣怡梓涵子轩一诺佳琪雪梅玲燕萍丹莉颖婷婕璐瑶晨曦阳"
    "光荣春花秋月冬冰海江河山川林森松柏竹菊美琳珊珍珠宝金银铜铁福禄寿喜庆祥瑞安康乐天地仁义礼智信忠孝诚德善良正直新立成功学才博雅慧聪睿哲彦士清泉润泽源"
    "东南西北中永久长生世代昌盛兴旺发达富贵如意顺利宏大广亮晶莹洁白云霄翔腾龙凤虎豹鹤彤彬桐楠榕枫柳蓉芸菲蕾薇萱蓓茜莎苗若可小晓大少亦亚安妮娅婉倩媛嫣妍姝"
    "冠群书画琴诗词韵音乐凡尘星辰宸昊旭晟昱昭炎焱煜熙烨煌灿耀迪达通途航舟帆向前进步升腾峻岭岩岚崇嵩巍家振邦定坤乾元亨贞吉祖宗耀先继承业基石磐震霆雷电毅恒"
)
REPEATED = "婷丽娜静芳媛倩莹莹圆甜佳琳露萌冰晶晶乐文欢欢玲珊菲"
NICKS = "小 老 阿 大".split()
TITLES = (
    "先生 女士 小姐 经理 老师 医生 总 主任 师傅 阿姨 叔叔 大哥 姐 哥 同学 律师 教授 工程师 客服 店长 校长 主管 老板 太太 警官 护士 顾问 "
    "董事长 会计"
).split()
PROVINCES = {
    "浙江省": "杭州市 宁波市 温州市 嘉兴市 湖州市 绍兴市 金华市 台州市 义乌市 慈溪市",
    "江苏省": "南京市 苏州市 无锡市 常州市 南通市 徐州市 扬州市 盐城市 昆山市 江阴市",
    "广东省": "广州市 深圳市 东莞市 佛山市 珠海市 中山市 惠州市 汕头市 湛江市 江门市",
    "山东省": "济南市 青岛市 烟台市 潍坊市 临沂市 淄博市 济宁市 威海市 泰安市 德州市",
    "四川省": "成都市 绵阳市 德阳市 南充市 宜宾市 泸州市 乐山市 达州市",
    "湖北省": "武汉市 宜昌市 襄阳市 荆州市 黄冈市 孝感市 十堰市",
    "湖南省": "长沙市 株洲市 湘潭市 衡阳市 岳阳市 常德市 郴州市",
    "河南省": "郑州市 洛阳市 开封市 新乡市 南阳市 许昌市 安阳市 信阳市",
    "河北省": "石家庄市 唐山市 保定市 邯郸市 廊坊市 沧州市 秦皇岛市",
    "福建省": "福州市 厦门市 泉州市 漳州市 莆田市 龙岩市 晋江市",
    "安徽省": "合肥市 芜湖市 蚌埠市 安庆市 阜阳市 马鞍山市",
    "江西省": "南昌市 赣州市 九江市 上饶市 宜春市 景德镇市",
    "辽宁省": "沈阳市 大连市 鞍山市 抚顺市 锦州市 营口市",
    "吉林省": "长春市 吉林市 四平市 延吉市",
    "黑龙江省": "哈尔滨市 大庆市 齐齐哈尔市 牡丹江市 佳木斯市",
    "陕西省": "西安市 咸阳市 宝鸡市 渭南市 延安市",
    "山西省": "太原市 大同市 临汾市 运城市 长治市",
    "云南省": "昆明市 大理市 曲靖市 玉溪市 丽江市",
    "贵州省": "贵阳市 遵义市 六盘水市 安顺市",
    "甘肃省": "兰州市 天水市 酒泉市",
    "海南省": "海口市 三亚市 儋州市",
    "青海省": "西宁市 格尔木市",
    "广西壮族自治区": "南宁市 桂林市 柳州市 北海市",
    "内蒙古自治区": "呼和浩特市 包头市 鄂尔多斯市 赤峰市",
    "新疆维吾尔自治区": "乌鲁木齐市 喀什市 克拉玛依市",
    "宁夏回族自治区": "银川市 吴忠市",
    "西藏自治区": "拉萨市 日喀则市",
    "北京市": "",
    "上海市": "",
    "天津市": "",
    "重庆市": "",
}
DISTRICTS = (
    "西湖区 上城区 滨江区 余杭区 萧山区 朝阳区 海淀区 东城区 西城区 丰台区 通州区 昌平区 浦东新区 徐汇区 静安区 黄浦区 闵行区 杨浦区 宝山区 嘉定区 松江区 天河区 "
    "越秀区 番禺区 白云区 海珠区 南山区 福田区 罗湖区 宝安区 龙岗区 龙华区 鼓楼区 玄武区 秦淮区 建邺区 姑苏区 吴中区 工业园区 武侯区 锦江区 青羊区 高新区 江汉区 武昌区 "
    "洪山区 雁塔区 碑林区 未央区 和平区 南开区 河西区 渝中区 江北区 沙坪坝区 岳麓区 雨花区 芙蓉区 历下区 市北区 市南区 崂山区 思明区 湖里区 鼓楼区 蜀山区 包河区 中原区 "
    "金水区 二七区 长安区 桥西区 沈河区 铁西区 甘井子区 中山区 南岗区 道里区 五华区 盘龙区 云岩区 城关区 城东区 兴庆区 新城区 长兴县 桐庐县 德清县 安吉县 武义县 临海县 "
    "新郑县 长丰县 宁乡县 永嘉县"
).split()
STREET_HEADS = (
    "文三 文一 解放 人民 中山 建设 和平 新华 建国 长江 黄河 滨江 滨河 环城 科技 创业 学院 大学 西湖 湖滨 南京 北京 上海 天山 昆仑 泰山 华山 长安 长宁 延安 中华 民主 胜利 "
    "光明 东风 红旗 五一 八一 青年 团结 友谊 迎宾 体育 文化 工业 金融 世纪 花园 桃源 梅花 桂花 樱花 玉兰 银杏 梧桐 香樟 白云 金沙 龙井 凤凰 麒麟 福寿 永福 长乐 安定 太平 兴隆 "
    "同济 复兴 振兴 富强 科苑 深南 高新 望京 酒仙桥 中关村 三里屯 陆家嘴 张江 虹桥 漕河泾 五道口 石龙 观前 春熙 天府 武侯 光谷 珞喻 雄楚 岳麓 芙蓉 五四 八一七 湖东 莲花"
).split()
STREET_TAILS = "路 街 大道 东路 西路 南路 北路 大街 东街 西街 南街 北街 巷 弄 胡同 一路 二路 三路 中路 支路".split()
ESTATES = (
    "阳光花园 幸福小区 翠苑一区 金色家园 锦绣江南 绿城桂花园 万科城 碧桂园 恒大名都 保利香槟 龙湖春江 中海国际 世纪新城 都市花园 香格里拉 丽景湾 水岸华庭 金地名京 融创壹号 "
    "御景苑 翡翠湾 紫金苑 康桥小镇 和谐家园 荷塘月色 枫丹白露 玫瑰园 牡丹园 望江楼 海棠公寓 青年公寓 教师新村 工人新村 机关大院 铁路小区 东方明珠 西城年华 南国花园 北辰福第 "
    "天鹅湖小区 新世界花园 汇景新城 星河湾 滨江一号 云栖小镇 梦想小镇 未来科技城 软件园 创业园 国际商务中心 环球金融中心 银泰中心 万达广场 时代广场 财富大厦 科技大厦 "
    "汇金大厦 华润大厦 腾飞大厦 信息港 电子商务园 物流园 工业园"
).split()
TOWNS = "龙湾镇 北仑镇 新塘镇 虎门镇 周庄镇 乌镇 横店镇 柳市镇 龙港镇 大沥镇 长安镇 盛泽镇 张浦镇 良渚街道 文新街道 蒋村街道 望京街道 中关村街道 梅林街道 桃源街道".split()
VILLAGES = "王家 李家 张家 陈家 大湾 小河 石桥 杨树 柳林 桃花 新丰 永丰 三合 五里 上坝 下坝 东庄 西庄 南岭 北坡".split()
PLACES = (
    "中国 美国 日本 韩国 英国 法国 德国 意大利 西班牙 俄罗斯 加拿大 澳大利亚 新西兰 泰国 新加坡 马来西亚 越南 印度 印尼 菲律宾 巴西 阿根廷 墨西哥 埃及 南非 土耳其 瑞士 瑞典 "
    "挪威 丹麦 荷兰 比利时 希腊 葡萄牙 东京 大阪 首尔 伦敦 巴黎 柏林 纽约 洛杉矶 旧金山 芝加哥 西雅图 波士顿 悉尼 墨尔本 多伦多 温哥华 曼谷 吉隆坡 迪拜 莫斯科 罗马 米兰 马德里 "
    "香港 澳门 台湾 台北 高雄 欧洲 亚洲 非洲 北美 东南亚 长三角 珠三角 华东 华南 西湖 黄山 泰山 九寨沟 张家界 鼓浪屿 故宫 外滩 天安门 兵马俑 首都机场 虹桥机场 浦东机场 火车南站"
).split()
ORG_HEADS = (
    "华信 腾达 鼎盛 恒通 金源 天成 万和 新锐 蓝海 星辰 宏图 远大 创新 博雅 智联 云端 绿洲 海纳 中科 国泰 东方 南方 北方 长城 黄河 泰和 佳美 瑞丰 盛世 嘉禾 众诚 同创 "
    "联众 启明 卓越 飞跃 力合 金石 正大 大地 永安 顺达 速捷 百信 德邦 安信 启航 明德 汇通 鸿运 优品"
).split()
ORG_MIDDLES = "科技 网络 信息技术 商贸 电子 食品 服饰 物流 文化传媒 教育咨询 医疗器械 生物医药 建材 房地产 保险 投资管理 软件 餐饮管理 汽车销售 家具 供应链".split()
ORG_TAILS = "有限公司 有限责任公司 股份有限公司 集团 公司 集团有限公司".split()
ORGS = (
    "中国工商银行 中国建设银行 招商银行 中国农业银行 中国银行 交通银行 平安银行 浦发银行 民生银行 中信银行 兴业银行 邮政储蓄银行 中国移动 中国联通 中国电信 国家电网 中国石化 "
    "阿里巴巴 腾讯 百度 京东 美团 拼多多 字节跳动 华为 小米 联想 海尔 格力 美的 比亚迪 顺丰 圆通 中通 申通 韵达 中国人寿 平安保险 太平洋保险 滴滴 携程 网易 新浪 搜狐 苏宁 国美 "
    "清华大学 北京大学 复旦大学 浙江大学 上海交通大学 南京大学 武汉大学 中山大学 教育部 公安部 财政部 商务部 市场监管局 税务局 消费者协会 人民医院 协和医院 中心小学 第一中学 "
    "联合国 世界卫生组织 世界银行 欧盟 人民日报 新华社 中央电视台"
).split()
FOREIGN = (
    "约翰 迈克尔 大卫 詹姆斯 玛丽 安娜 伊丽莎白 威廉 罗伯特 托马斯 史密斯 布朗 约翰逊 威尔逊 泰勒 安德森 克拉克 彼得 保罗 马丁 亚历山大 伊万 谢尔盖 娜塔莎 穆罕默德 艾哈迈德 "
    "阿卜杜拉 卡洛斯 何塞 玛利亚 费尔南多 让 皮埃尔 弗朗索瓦 汉斯 施密特 穆勒 乔治 凯瑟琳 艾米丽 索菲亚"
).split()
JAPANESE = "田中 佐藤 铃木 高桥 渡边 山本 小林 中村 山田 松本".split()
JAPANESE_GIVEN = "太郎 一郎 健二 美咲 惠子 直树 翔太 由美 和也 明子".split()
LATIN = (
    "Michael Brown|John Smith|Lisa Wang|David Lee|Emma Wilson|Tom|Jerry|Lucy|Jack Ma|Amy|Kevin|Peter Zhang|Maria Garcia|Anna Schmidt|Ivan Petrov|"
    "Mohammed Ali|Sarah Johnson|Chen Wei|Li Na|Sophie Martin|Carlos Silva|Yuki Tanaka|James Bond|Robert Miller|Linda|Nancy Drew|Steven|Alice Green|Bob"
).split("|")
MINORITY = "买买提 阿不都热依木 古丽娜 扎西顿珠 次仁央金 卓玛 巴特尔 乌兰图雅 阿依古丽 帕提古丽".split()

TEMPLATES = """
我叫{PER}，手机号{phone}。
我叫{PER}
您好，我是{PER}，想咨询一下订单{num}的物流。
联系人：{PER} {phone}
联系人：{PER}，电话：{phone}，地址：{ADDR}
收货人：{PER}\n电话：{phone}\n地址：{ADDR}
收件人{PER}，{phone}，{ADDR}
{PER} {phone} {ADDR}
{PER}，{phone}，{ADDR}
{ADDR} {PER} {phone}
{ADDR}，{PER}收，{phone}
收货地址：{ADDR}
收货地址改成{ADDR}，谢谢
麻烦把地址改到{ADDR}
请寄到{ADDR}，收件人{PER}。
我的地址是{ADDR}，请尽快发货
我住在{ADDR}。
我家住{ADDR}，什么时候可以上门安装？
我搬家了，新地址{ADDR}。
寄件地址：{ADDR}
公司地址：{ADDR}
{ORG}地址在{ADDR}
{ORG}，{ADDR}，{phone}
门店地址：{ADDR}，营业时间9:00-21:00
我在{ADDR}上班，下午派送可以吗
快递放到{ADDR}的驿站就行
请问{ADDR}在配送范围内吗？
{SUR}先生您好，您的快递到了
{SUR}女士，您的订单已发货
{PER}先生您好，您尾号{tail}的银行卡已激活。
尊敬的{PER}女士，您的账单已出。
请问是{PER}吗？
请找{PER}接电话
昨天{PER}{TITLE}说可以退款
我找{SUR}{TITLE}，他在吗
{SUR}{TITLE}在吗？我是{PER}
{NICK}，你好，我想问一下发票的事
上次是{NICK}帮我处理的
让{NICK}给我回电话
客服{PER}态度很差，我要投诉
你们的客服{PER}服务非常好，点赞
工号{tail}的{PER}一直没有回复我
我要投诉业务员{PER}，他骗我办了套餐。
我的身份证姓名是{PER}，系统里写成了{PER}
户名：{PER}
户名{PER}，开户行{ORG}，账号{num}
开户人是{PER}，卡号{num}
持卡人{PER}申请挂失
姓名：{PER}
姓名：{PER} 性别：男 年龄：35
姓名:{PER}，身份证号:{num}
患者{PER}，男，45岁，主诉头痛三天
患者：{PER}，就诊科室：内科，主治医师：{PER}
学生{PER}请假一天，班主任{PER}
家长{PER}您好，{PER}今天没有来上课
申请人：{PER}，单位：{ORG}
甲方：{ORG}，乙方：{PER}
法定代表人：{PER}，注册地址：{ADDR}
发票抬头：{ORG}
发票抬头开{ORG}，税号{num}
我在{ORG}工作
我是{ORG}的{PER}
{ORG}的{PER}联系过我
我们是{ORG}，想跟你们合作。
{ORG}{TITLE}{PER}出席了会议。
请把合同寄给{ORG}的{SUR}经理
{PER}和{PER}都签字了
{PER}、{PER}、{PER}三人参加了培训
参会人员：{PER}、{PER}、{PER}、{PER}
同意。——{PER}
{PER}：收到
{PER}：你好，在吗？
@{PER} 麻烦看一下
抄送：{PER}；{PER}
发件人：{PER}
此致 敬礼 {PER}
转账给{PER}失败，钱被扣了
我给{PER}转了{money}元，还没到账
收款人{PER}，金额{money}元
我老公{PER}的卡能用吗
我妈妈叫{PER}，今年65岁
我儿子{PER}在{ORG}上学
我女朋友{PER}帮我下的单，改成我的名字{PER}可以吗
租客{PER}，身份证{num}，租住{ADDR}
房东{PER}不退押金
司机{PER}师傅迟到了半小时
骑手{PER}打电话说找不到{ADDR}
保险受益人改为{PER}
被保险人{PER}，投保人{PER}
会员{PER}的积分怎么没了
帮我查一下{PER}的订单
订单是用{PER}的名字下的
代{PER}取件，取件码{tail}
预约人{PER}，预约时间明天上午
房间预订在{PER}名下，两晚
航班旅客{PER}，从{LOC}飞{LOC}
我想订从{LOC}到{LOC}的机票
下周要去{LOC}出差，信用卡在{LOC}能用吗
我人在{LOC}，收不到短信
发到{LOC}要几天？
{LOC}可以送货上门吗
{LOC}那边天气怎么样
我从{LOC}来，在{LOC}读书
我老家是{LOC}的
包裹卡在{LOC}三天没动了
昨天{PER}从{LOC}回来了
{PER}在{LOC}出生，毕业于{ORG}
{PER}，{LOC}人，现任{ORG}经理。
据{ORG}消息，{PER}将于下月访问{LOC}。
{ORG}在{LOC}设立了分公司
{ORG}客服电话打不通
{ORG}的APP登录不上去
我在{ORG}买的手机坏了
{ORG}什么时候上市
我用{ORG}的快递寄的
快递是{ORG}的，单号{num}
面试官是{ORG}的{PER}
{LATIN}你好，我是{PER}
我叫{LATIN}，护照号码E{num}
客户{LATIN}要求退款，邮箱已发
外籍员工{LATIN}入职{ORG}
{LATIN}从{LOC}打来电话
我的英文名是{LATIN}
""".strip().splitlines()

NEGATIVES = """
请问什么时候发货？
快递到了吗，都三天了
手机屏幕碎了可以换吗
订单{num}怎么还没到
退款什么时候到账？
你好，在吗
我要开发票
这个颜色还有货吗
王者荣耀怎么充值
苹果手机和华为手机哪个好
东方航空的票能改签吗
白天没人在家，晚上送吧
高兴，终于收到货了
张嘴就骂人，态度太差
马上给我退款
周末能送货吗
周一到周五都可以
黄色的那件还有吗
金额不对，少了{money}元
安全带坏了能修吗
方便的话请回电
时间太长了，不想等了
花了{money}元，一点用没有
常用地址怎么修改
平时都是这样的吗
温度太高会不会坏
高峰期送不到
白色和黑色各来一件
石头一样硬的饼干
钱什么时候退
我的密码忘记了，怎么找回？
验证码收不到
手机号{phone}换绑
app闪退，wifi连不上
iPhone充不进电，换了Type-C线也不行
VIP会员怎么取消自动续费
Excel导出失败，提示error 500
PDF打不开，Word可以
用支付宝还是微信支付
请问能用信用卡分期吗
贷款利率是多少
我想办一张储蓄卡
卡被吞了怎么办
工资卡余额不足
什么时候可以提现
收货人信息怎么修改
地址写错了怎么办
姓名写错了可以改吗
联系人电话打不通
客服经理在吗，我要投诉
老师您好，作业在哪里交
医生，我头疼得厉害
师傅你到哪了
先生您好，请问有什么可以帮您
女士您的包掉了
经理说了可以退的
公司要求开增值税专用发票
我们公司想采购一百台电脑
银行说不是他们的问题
学校门口见
医院开的证明可以吗
在小区门口等你
放门口就行
送到楼下，我下来拿
放在一楼大厅前台
二楼的卫生间漏水了
我家在三楼没有电梯
房间里没有热水
空调不制冷，声音还很大
酒店早餐不错，就是位置有点偏
书的内容很好，印刷一般
衣服有色差，质量一般般
鞋子偏小，建议买大一码
味道不错，下次还会买
物流太慢了，客服也不回复
好评，推荐购买
屏幕清晰，运行流畅，很满意
电池不耐用，一天要充三次电
取件码{tail}，请及时领取
订单号：{num}
身份证号：{num}
卡号{num}的密码锁定了
请在{date}之前回复
{date}下的单
你们的系统是不是出问题了
系统提示签名错误，请重试
谢谢，辛苦了
好的，收到
不客气，祝您生活愉快
和平精英的账号被封了
小米粥多少钱一份
大白菜一斤多少钱
老干妈辣酱还有货吗
康师傅方便面一箱
""".strip().splitlines()

SLOT = re.compile(r"\{(\w+)\}")
KIND = {
    "PER": "person",
    "SUR": "person",
    "NICK": "person",
    "LATIN": "person",
    "ADDR": "address",
    "LOC": "location",
    "ORG": "organization",
}


def sentence(rng: random.Random) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a made-up sentence and the (kind, start, end) of the names in it."""
    template = rng.choice(NEGATIVES if rng.random() < 0.3 else TEMPLATES)
    if rng.random() < 0.15:
        template += rng.choice("，。！ \n") + rng.choice(NEGATIVES if rng.random() < 0.4 else TEMPLATES)
    template = template.replace("\\n", "\n")
    text, found, last = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[last : slot.start()]
        value = MAKERS[slot[1]](rng)
        if slot[1] in KIND:
            found.append((KIND[slot[1]], len(text), len(text) + len(value)))
        text += value
        last = slot.end()
    text += template[last:]
    if rng.random() < 0.2:
        text = text.replace("，", rng.choice([",", " ", ", "[:1]]))
    if rng.random() < 0.2:
        text = text.replace("：", ":")
    return text, found


def person(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.05:
        return rng.choice(FOREIGN) + (rng.choice("·•") + rng.choice(FOREIGN) if rng.random() < 0.5 else "")
    if draw < 0.07:
        return rng.choice(JAPANESE) + rng.choice(JAPANESE_GIVEN)
    if draw < 0.09:
        return rng.choice(MINORITY) + (("·" + rng.choice(MINORITY)) if rng.random() < 0.4 else "")
    if draw < 0.12:
        return rng.choice(LATIN)
    surname = rng.choice(DOUBLE_SURNAMES) if rng.random() < 0.04 else surname_of(rng)
    if rng.random() < 0.06:
        return surname + 2 * rng.choice(REPEATED)
    return surname + "".join(rng.choice(GIVEN) for _ in range(1 if rng.random() < 0.25 else 2))


def surname_of(rng: random.Random) -> str:
    return SURNAMES[min(int(rng.expovariate(1 / 45)), len(SURNAMES) - 1)]


def nick(rng: random.Random) -> str:
    return rng.choice(NICKS) + surname_of(rng)


def address(rng: random.Random) -> str:
    parts = []
    province = rng.choice(list(PROVINCES))
    cities = PROVINCES[province].split()
    if cities:
        parts += [province] if rng.random() < 0.5 else []
        parts += [rng.choice(cities)] if rng.random() < 0.85 else []
    elif rng.random() < 0.85:
        parts.append(province)
    if parts and rng.random() < 0.25:
        parts = [part.removesuffix("省").removesuffix("市") for part in parts]
    parts += [rng.choice(DISTRICTS)] if rng.random() < 0.75 else []
    parts += [rng.choice(TOWNS)] if rng.random() < 0.2 else []
    draw = rng.random()
    if draw < 0.1:
        parts.append(
            rng.choice(VILLAGES) + "村" + rng.choice([f"{rng.randint(1, 20)}组", f"{rng.randint(1, 300)}号", ""])
        )
    else:
        if draw < 0.8:
            parts.append(road(rng) + rng.choice([number(rng), number(rng), ""]))
        if draw > 0.5:
            parts.append(rng.choice(ESTATES) + rng.choice(["", house(rng), house(rng)]))
        elif rng.random() < 0.6:
            parts.append(house(rng))
    return rng.choice(["", "", "", " "]).join(parts)


def road(rng: random.Random) -> str:
    return rng.choice(STREET_HEADS) + rng.choice(STREET_TAILS)


def number(rng: random.Random) -> str:
    return f"{rng.randint(1, 2000)}{rng.choice(['号', '号', '号', '弄', '弄3号', '-2号', '号院'])}"


def house(rng: random.Random) -> str:
    n, unit, room = rng.randint(1, 40), rng.randint(1, 5), rng.randint(1, 30) * 100 + rng.randint(1, 8)
    letter = rng.choice("ABCDE")
    shapes = (
        f"{n}幢{unit}单元{room}室", f"{n}栋{room}", f"{n}号楼{unit}单元{room}", f"{n}-{unit}-{room}", f"{n}幢{room}室",
        f"{room}室", f"{letter}座{room}", f"{letter}座{room // 100}楼", f"{n}栋{unit}单元{room}号房", f"{room // 100}层{room}",
    )  # fmt: skip
    return rng.choice(shapes)


def organization(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.4:
        return rng.choice(ORGS)
    if draw < 0.5:
        return rng.choice(ORGS[:12]) + rng.choice(STREET_HEADS) + rng.choice(["支行", "分行"])
    if draw < 0.6:
        return rng.choice(STREET_HEADS) + rng.choice(
            "小学 中学 医院 幼儿园 派出所 街道办 居委会 超市 大酒店 律师事务所".split()
        )
    where = rng.choice([city.removesuffix("市") for city in " ".join(PROVINCES.values()).split()] + [""])
    return where + rng.choice(ORG_HEADS) + rng.choice(ORG_MIDDLES) + rng.choice(ORG_TAILS)


def place(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.5:
        return rng.choice(PLACES)
    if draw < 0.9:
        city = rng.choice(" ".join(PROVINCES.values()).split())
        return city if rng.random() < 0.4 else city.removesuffix("市")
    return rng.choice([*PROVINCES, *DISTRICTS])


MAKERS = {
    "PER": person,
    "SUR": surname_of,
    "NICK": nick,
    "LATIN": lambda rng: rng.choice(LATIN),
    "TITLE": lambda rng: rng.choice(TITLES),
    "ADDR": address,
    "LOC": place,
    "ORG": organization,
    "phone": lambda rng: f"1{rng.choice('3578')}{rng.randint(0, 10**9 - 1):09d}",
    "num": lambda rng: str(rng.randint(10**8, 10 ** rng.randint(10, 18))),
    "tail": lambda rng: f"{rng.randint(0, 9999):04d}",
    "money": lambda rng: str(rng.randint(1, 20_000)),
    "date": lambda rng: f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
}
