"""Lists of those who joined, written as three programs write them; everybody in them is made up.

The people: Testina Muster of Mannheim, Probe Beispielsson, 王小测 (Wang Xiaoce), 李样本 (Li Yangben), two 张伟.
"""

from __future__ import annotations

from iurc_events.documents.spreadsheets import Sheet, write_xlsx

ZOOM = """\ufeffTopic,ID,Host name,Duration (minutes),Start time,End time,Participants
Made-up seminar,000 0000 0000,Host Person,92,04/29/2027 08:55:00 AM,04/29/2027 10:27:00 AM,7

Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room
Host Person,host@example.org,04/29/2027 08:55:00 AM,04/29/2027 10:27:00 AM,92,No,No
Testina Muster (Mannheim),T.Muster@Example.org,04/29/2027 08:58:12 AM,04/29/2027 09:30:00 AM,32,Yes,No
Testina Muster (Mannheim),t.muster@example.org,04/29/2027 09:20:00 AM,04/29/2027 10:27:00 AM,67,Yes,No
王小测-郑州 (Wang Xiaoce),,04/29/2027 09:01:00 AM,04/29/2027 10:20:30 AM,80,Yes,No
WANG Xiaoce's iPhone,,04/29/2027 09:00:00 AM,04/29/2027 09:05:00 AM,5,Yes,No
"BEISPIELSSON, Próbe",,04/29/2027 09:00:00 AM,04/29/2027 10:00:00 AM,60,Yes,No
Zhang Wei,,04/29/2027 09:00:00 AM,04/29/2027 10:00:00 AM,60,Yes,No
小测,,04/29/2027 09:10:00 AM,04/29/2027 09:30:00 AM,20,Yes,No
iPhone,,04/29/2027 09:10:00 AM,04/29/2027 09:11:00 AM,1,Yes,No
"""

ZOOM_SUMMED = """Name (Original Name),User Email,Total Duration (Minutes),Guest
Testina Muster,t.muster@example.org,89,Yes
李样本,,75,Yes
"""

TEAMS_ENGLISH = """1. Summary
Meeting title\tMade-up seminar
Attended participants\t3
Start time\t4/29/27, 8:55:00 AM
End time\t4/29/27, 10:27:00 AM
Meeting duration\t1h 32m
Average attendance time\t55m 10s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Testina Muster (External)\t4/29/27, 8:58:12 AM\t4/29/27, 10:27:00 AM\t1h 28m 48s\tt.muster@example.org\t\tPresenter
Li Yang-ben (Unverified)\t4/29/27, 9:00:00 AM\t4/29/27, 10:00:00 AM\t50m 10s\t\t\tAttendee
Beispielsson Probe\t4/29/27, 9:00:00 AM\t4/29/27, 9:20:00 AM\t20m\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Testina Muster (External)\t4/29/27, 8:58:12 AM\t4/29/27, 9:30:00 AM\t31m 48s\tt.muster@example.org\tPresenter
Testina Muster (External)\t4/29/27, 9:20:00 AM\t4/29/27, 10:27:00 AM\t1h 7m\tt.muster@example.org\tPresenter
Li Yang-ben (Unverified)\t4/29/27, 9:00:00 AM\t4/29/27, 9:30:00 AM\t30m\t\tAttendee
Li Yang-ben (Unverified)\t4/29/27, 9:39:50 AM\t4/29/27, 10:00:00 AM\t20m 10s\t\tAttendee
"""

TEAMS_CHINESE = """1. 摘要
会议标题\t虚构研讨会
参与人数\t2
开始时间\t2027/4/29, 下午 2:55:00

2. 参与者
名称\t首次加入\t上次离开\t会议持续时间\t电子邮件\t参与者 ID (UPN)\t角色
王小测(外部)\t2027/4/29, 下午 2:58:12\t2027/4/29, 下午 4:27:00\t1 小时 28 分钟 48 秒\t\tw.xiaoce@example.cn\t与会者
张伟(未验证)\t2027/4/29, 下午 3:00:00\t2027/4/29, 下午 4:00:00\t1 小时\t\t\t与会者

3. 会议中活动
名称\t加入时间\t离开时间\t持续时间\t电子邮件\t角色
王小测(外部)\t2027/4/29, 下午 2:58:12\t2027/4/29, 下午 4:27:00\t1 小时 28 分钟 48 秒\tw.xiaoce@example.cn\t与会者
张伟(未验证)\t2027/4/29, 下午 3:00:00\t2027/4/29, 下午 4:00:00\t1 小时\t\t与会者
"""

_HEAD = [
    ["虚构研讨会", ""], ["会议号", "000 000 000"], ["预定开始时间", "2027-04-29 15:00:00"], ["创建者", "Host Person"],
    ["", ""], ["成员数", "4"], ["", ""],
]  # fmt: skip


def tencent_workbook() -> bytes:
    """Return a workbook as Tencent Meeting writes it: an overview with sums, and a sheet of single connections."""
    overview = [
        *_HEAD,
        ["用户昵称（入会昵称）", "首次入会时间", "最后退会时间", "入会次数", "累计参会时长", "身份"],
        ["小测测(王小测-郑州)", "2027-04-29 14:58:02", "2027-04-29 16:20:32", "2", "01:20:00", "成员"],
        ["sample_li(李样本)", "2027-04-29 15:00:00", "2027-04-29 16:00:00", "1", "01:00:00", "成员"],
        ["Testina Müster(Testina Müster)", "2027-04-29 15:00:00", "2027-04-29 16:00:00", "1", "00:59:59", "成员"],
        ["张伟(张伟)", "2027-04-29 15:00:00", "2027-04-29 15:30:00", "1", "00:30:00", "成员"],
    ]
    details = [
        *_HEAD,
        ["用户昵称（入会昵称）", "入会时间", "退会时间", "参会时长", "身份"],
        ["小测测(王小测-郑州)", "2027-04-29 14:58:02", "2027-04-29 15:30:02", "00:32:00", "成员"],
        ["小测测(王小测-郑州)", "2027-04-29 15:20:02", "2027-04-29 16:20:32", "01:00:30", "成员"],
        ["sample_li(李样本)", "2027-04-29 15:00:00", "2027-04-29 16:00:00", "01:00:00", "成员"],
        ["张伟(张伟)", "2027-04-29 15:00:00", "2027-04-29 15:30:00", "00:30:00", "成员"],
    ]
    return write_xlsx(
        [
            Sheet("成员参会概况", ["会议主题", "虚构研讨会"], overview),
            Sheet("成员参会明细", ["会议主题", "虚构研讨会"], details),
        ]
    )
