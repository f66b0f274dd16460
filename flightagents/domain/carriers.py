"""The state that licensed an airline, for the rules of passenger rights that ask for it: a small table.

Written by hand, airline by airline, in November 2026. It is short on purpose: of an airline that it lacks
nobody says anything. Subsidiaries count by themselves (easyJet U2 is British, easyJet Europe EC is Austrian).
"""

_SEATS = """
AT OS AUA EC EJU
BE SN BEL TB JAF
BG FB LZB
CY CY CYP
CZ OK CSA QS TVS
DE LH DLH CL CLH 4Y OCN EW EWG DE CFG X3 TUI
DK DX DTR
ES IB IBE I2 IBS UX AEA VY VLG V7 VOE NT IBB PM CNF YW ANE EB PLM PU PUE 2W WFL E9 EVE
FI AY FIN N7 FCM
FR AF AFR A5 HOP TO TVF SS CRL TX FWI BF FBU UU REU XK CCM
GR A3 AEE OA OAL GQ SEH
HR OU CTN
HU W6 WZZ
IE EI EIN FR RYR EA EAI
IT AZ ITY EN DLA NO NOS XZ AEZ
LU LG LGL
LV BT BTI
MT AL MAY OE LDM KM KMM W4 WMT
NL KL KLM WA KLC HV TRA OR TFL
PL LO LOT E4 ENT RR RYS
PT TP TAP S4 RZO SP SAT NI PGA
RO RO ROT H7 HYM
SE D8 NSZ
IS FI ICE
NO DY NOZ WF WIF
CH LX SWR WK EDW DS EZS
GB BA BAW CJ CFE VS VIR U2 EZY LS EXS BY TOM LM LOG W9 WUK RK RUK
US AA AAL DL DAL UA UAL WN SWA B6 JBU AS ASA NK NKS F9 FFT HA HAL SY SCX G4 AAY MX MXY OO SKW YX RPA MQ ENY
US 9E EDV OH JIA PT PDT ZW AWI G7 GJS QX QXE XP CXP
CA AC ACA RV ROU QK JZA WS WJA WR WEN TS TSC PD POE F8 FLE 8P PCO
AE EK UAE EY ETD FZ FDB
AR AR ARG
AU QF QFA VA VOZ
BR G3 GLO AD AZU
CL LA LAN
CN CA CCA MU CES CZ CSN HU CHH
CO AV AVA
EG MS MSR
ET ET ETH
HK CX CPA
ID GA GIA
IL LY ELY
IN AI AIC 6E IGO
JO RJ RJA
JP JL JAL NH ANA
KE KQ KQA
KR KE KAL OZ AAR
MA AT RAM
MX AM AMX
MY MH MAS
NZ NZ ANZ
PA CM CMP
QA QR QTR
RS JU ASL
SA SV SVA
SG SQ SIA
TH TG THA
TR TK THY PC PGT XQ SXS VF TKJ
TW CI CAL BR EVA
VN VN HVN
ZA SA SAA
"""


def _read(table: str) -> dict[str, str]:
    """One line a country, its code and then the codes of its airlines, IATA and ICAO."""
    lines = (line.split() for line in table.split("\n") if line)
    return {code: country for country, *codes in lines for code in codes}


SEATS = _read(_SEATS)
LARGE_IN_CANADA = frozenset({"AC", "ACA", "RV", "ROU", "QK", "JZA", "WS", "WJA", "WR", "WEN"})
"""Carried two million people in each of the last two years beyond doubt, or fly for one that did."""


def seat(carrier: str) -> str | None:
    """Give the country (IE) that licensed an airline, by its IATA or ICAO code; None where nobody knows."""
    return SEATS.get(carrier)
