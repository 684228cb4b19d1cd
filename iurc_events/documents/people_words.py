"""Words of lists of people in both languages, and family names by which Chinese names are told and divided."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Final

EMAIL: Final = re.compile(r"[^@\s,;<>()（）]+@[^@\s,;<>()（）]+\.[^@\s,;<>()（）.]{2,}")

_COMPOUND = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 "
    "濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 百里 呼延 东郭 西门 "
    "南门 单于 轩辕 完颜 叶赫 爱新觉罗 纳兰 拓跋 第五 欧陽 諸葛 司馬 "
)
_SINGLE = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛"
    "雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强"
    "贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠"
    "甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂"
    "索咸籍赖卓蔺屠蒙池乔阴郁胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎"
    "戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公"
    "肖闫付代佟邸亓仉苑原郐迟岳帅缑亢况有琴商牟佘佴伯赏墨哈谯笪年爱阳佟仝冼覃佀逯陳張劉黃吳趙楊鄭謝許馬羅蔣賈"
)
FAMILY_NAMES: Final = frozenset([*_COMPOUND.split(), *_SINGLE])


def divide_chinese_name(name: str) -> tuple[str, str]:
    """Divide a Chinese name into family and given name; of a transcription (让·杜邦) the family name stands last.

    The given name is empty where there is only one character.
    """
    if "·" in name:
        given, _, family = name.rpartition("·")
        return family, given
    if len(name) > 2 and name[:4] in FAMILY_NAMES and len(name) > 4:
        return name[:4], name[4:]
    size = 2 if len(name) > 2 and name[:2] in FAMILY_NAMES else 1
    return name[:size], name[size:]


def divide_latin_name(name: str, *, is_family_first: bool) -> tuple[str, str]:
    """Divide a name in Latin letters into family and given name.

    A comma or capitals tell the family name (“Muster, Anna”, “Anna MUSTER”); else the order of the city's side does.
    """
    if "," in name:
        family, _, given = name.partition(",")
        return family.strip(), given.strip()
    words = name.split()
    if len(words) < 2:
        return name, ""
    capitals = [word for word in words if len(word) > 1 and word.isupper() and not word.endswith(".")]
    if capitals and len(capitals) < len(words):
        return " ".join(capitals), " ".join(word for word in words if word not in capitals)
    if is_family_first:
        return words[0], " ".join(words[1:])
    particles = {
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "le",
        "la",
        "ter",
        "ten",
        "zu",
        "af",
    }
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in particles:
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])


def _values(kind: str) -> dict[str, str]:
    return {word_key(word): value for value, words in _WORDS[kind].items() for word in words}


def word_key(text: str) -> str:
    """Return a word as it is compared: half-width, without case, marks around it and blanks of more than one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("/", " ").split()).strip("。，,;；：: ")


_WORDS: Final[dict[str, dict[str, list[str]]]] = tomllib.loads(
    (Path(__file__).resolve().parent / "people_words.toml").read_text("utf-8")
)
HEADING_WORDS: Final = _WORDS["headings"]
MODE_WORDS: Final = _values("mode")
ROLE_WORDS: Final = _values("role")
GENDER_WORDS: Final = _values("gender")
HONORIFIC_WORDS: Final = _values("honorific")
STAKEHOLDER_WORDS: Final = _values("stakeholder")
LANGUAGE_WORDS: Final = _values("language")
