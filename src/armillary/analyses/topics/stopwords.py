"""Words that say nothing about a subject: function words and the words every abstract uses."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A phrase never runs across one of these, and none is a term.
FUNCTION_WORDS = _words("""
    a about above according accordingly across actually after afterwards again against ago all
    almost alone along already also although altogether always am among amongst an and another
    any anyone anything are around as at away be became because become becomes been before
    beforehand behind being below beside besides between beyond both but by can cannot con could
    dans das de del den der des did die do does doing done down due during each eg either el
    else elsewhere en enough especially et etc even ever every everything everywhere except far
    few first firstly five for former formerly four from fur further furthermore generally get
    given gives had hardly has have having he hence her here hereby herein him his how however i
    ie if in indeed instead into is it its itself just la last lastly later latter le least les
    less lesser let like likely los made mainly make makes making many may maybe me meanwhile
    merely might mit more moreover most mostly much must my namely near nearly neither never
    nevertheless next no nobody none nonetheless nor not nothing now nowadays of off often on
    once one ones only onto or other others otherwise our ours out over overall own para per
    perhaps por pour previously quite rather really recently respectively same second secondly
    seem seems several shall she should similarly simply since six so some something sometimes
    somewhat soon still such sur than that the their them themselves then thereby therefore
    therein these they third this those though three through throughout thus to together too
    toward towards two typically una und under unlike until up upon us used using usually
    various versus very via von was we well were what whatever when whenever where whereas
    whereby wherein whether which while who whole whom whose why will with within without would
    yet you your zero
""")

# What authors say of any work: also ends a phrase, and is no term.
ABSTRACT_WORDS = _words("""
    abstract academic achieve achieved achieves achieving acm address addressed addresses
    addressing adopted aim aimed aims allow allowed allowing allows analyse analysed analyses
    analyze analyzed analyzes analyzing applied applies apply applying appropriate arise article
    aspect aspects assume assumed attempt attracted author authors available based basis best
    better capable carried cases certain challenging changed changing chapter characterise
    characterize clarify clear clearly com combine combined combines combining compare compared
    comparing comprehensive concern conclude concluded conclusion conclusions conduct conducted
    confirm confirmed consider considerable considered considering considers consist consists
    contain contains contribute contributes contribution contributions copyright correctly
    corresponding currently deal deals demonstrate demonstrated demonstrates demonstrating
    depend depending depends derive derived describe described describes describing despite
    detail detailed details determine determined determines determining develop developed
    developing develops devoted differ different difficult difficulty disagree disagrees discuss
    discussed discusses discussing doi easily easy effective effectively effectiveness
    efficiently elsevier employ employed employing employs enable enabled enables enabling
    ensure ensures entire entirely establish established estimate evaluate evaluated evaluates
    evaluating evidence examine examined examines example examples excellent exist existing
    exists experiment experimental experimentally experiments explain explained explore explored
    explores extend extended extensive extensively extremely fact feasibility feasible finally
    find finding findings finds focus focused focuses focusing follow followed following follows
    found fully fundamental gain gained generate generated generates generating give good great
    greater greatly help helpful helps high higher highest highly http https ieee illustrate
    illustrated illustrates importance important improve improved improvement improvements
    improves improving include included includes including increase increased increases
    increasing increasingly indicate indicated indicates inspired intended interesting introduce
    introduced introduces introducing introduction investigate investigated investigates
    investigating investigation involve involved involves involving issue issues keep key kind
    known lack large largely larger lead leading leads lot low lower ltd main maintain major
    mean means measured mentioned method methodology methods minor modern need needed needs new
    newly nontrivial note novel novelty number numerous observed obtain obtained obtaining
    obtains occur offer offers order org original originally outline outperform outperformed
    outperforms paper papers particular particularly perform performed performing performs pose
    possible potential potentially pp practical practically present presented presenting
    presents previous primarily principal prior problem problems produce produced produces
    properly proposal propose proposed proposes proposing prove proved proven proves provide
    provided provides providing published purpose purposes put range rapid rapidly realise
    realised realize realized recent reduce reduced reduces reducing regard regarding relate
    related relates relating relatively relevant remain remained remaining remains report
    reported reports represent require required requirement requirements requires requiring
    research researcher researchers reserved respect respective result resulted resulting
    results reveal revealed reveals review reviewed reviews rights robustly role satisfactory
    satisfy scheme section serve set sets show showed showing shown shows significance
    significant significantly similar simple simplify situation situations small smaller
    solution solutions solve solved solves solving special specific specifically specified
    springer state-of-the-art studied studies study studying subject subsequently substantial
    substantially successful successfully suffer suffers sufficient suggest suggested suggests
    suitable summarise summarize summary superior support supported supports take taken takes
    taking task-specific technique techniques tested therefore total traditional type types
    undertaken unique use useful uses utilise utilised utilises utilising utilize utilized
    utilizes utilizing valid validate validated validates validating validity variety verified
    verify versatile view vol way ways wide widely work working works www
""")

# May stand inside or at the end of a phrase ("control system") but are no topic alone.
GENERAL_WORDS = _words("""
    accuracy accurate accurately activity addition advance advanced advantage advantages
    algorithm amount analysis application approach architecture area assessment attention
    average benefit capability case center centre challenge change characteristic class common
    comparison complete complex complexity component concept condition constant construct
    current data database dataset day days degree design desired device difference direct
    directly distribution domain dynamic effect efficiency efficient effort element environment
    error evaluation evolution factor failure feature field form framework function future
    general goal group high-performance high-speed idea impact implement implementation
    implemented individual influence information initial input interest knowledge large-scale
    level limit limitation limited local long low-cost lower material measure measurement
    mechanism model modeling modelling month months multiple name nature network number open
    operation optimal option output parameter part pattern performance period perspective phase
    phenomenon point position potential practice precise precision principle procedure process
    processing product program project property proportion quality quantity question random rate
    ratio real real-time region relation relationship resource response robust sample scenario
    scientific score self series side simulation simultaneously single size software source
    space stage standard state step strategy strong structure subset success successfully system
    task technical technology term test testing theory time tool topic trend unit user value
    variable variation version world year years
""")

# Verbs that may also be nouns: at the edge of a phrase they are taken for verbs ("links A to B").
EDGE_VERBS = _words("changes fell links points rose")

# Chinese: a phrase ends at these characters and at these words.
HAN_BREAKS = frozenset("的了与及或是被把该这那也都很着吗呢之")
HAN_STARTS = frozenset("在对从以等将为并而其和有中个种各所由于进使用又更向")
HAN_ENDS = frozenset("在对从以等将为并而其和有个各所由于进不可使又更")
# What sentences are made of: no name of a subject holds one of these.
HAN_VERBS = (
    "到",
    "证据",
    "检验",
    "今后",
    "解释",
    "描述",
    "考察",
    "变化",
    "取决",
    "改善",
    "可由",
    "记录",
    "开展",
    "选取",
    "面向",
    "随着",
)
HAN_WORDS = (
    "基于|研究|方法|提出|结果|分析|通过|进行|利用|采用|问题|本文|表明|影响|应用|具有|存在|"
    "实现|有效|主要|不同|重要|相关|发现|针对|同时|以及|可以|能够|我国|综述|探讨|进展|一种|"
    "一个|其中|因此|首先|其次|最后|此外|目的|结论|关键|作用|情况|方面|过程|水平|特征|特点|"
    "建立|设计|系统|模型|技术|发展|现状|展望|趋势|比较|评价|实验|试验|数据|提高|我们|并且|"
    "但是|由于|根据|之间|传统|当前|目前|近年来|文章|论文|摘要|关键词"
)
HAN_GENERAL = frozenset(HAN_WORDS.split("|"))
