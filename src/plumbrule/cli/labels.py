"""What the codes of asks are called when they are shown to people; docs/concepts/asks.md says what each is.

Every label is a message id, translated where it is shown. Codes and labels are ours and unreviewed.
"""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.base.messages import message

FUNCTIONS: Mapping[str, str] = {
    "decides": message("decides or establishes"),
    "requests": message("requests of the United Nations"),
    "exhorts": message("exhorts"),
    "commits": message("commits the speaker"),
    "assesses": message("assesses"),
    "notes": message("notes or recalls"),
}
RANKS: Mapping[str, str] = {
    "urges": message("urges"),
    "calls-upon": message("calls upon"),
    "encourages": message("encourages"),
    "invites": message("invites"),
}
POLARITY: Mapping[str, str] = {"do": message("to do"), "refrain": message("to refrain"), "cease": message("to cease")}
ADDRESSEES: Mapping[str, str] = {
    "member-states": message("Member States"),
    "states": message("States"),
    "developed-countries": message("developed countries"),
    "developing-countries": message("developing countries"),
    "states-in-a-position": message("States in a position to do so"),
    "countries-of-a-region": message("countries of a region"),
    "un-system": message("the United Nations system"),
    "un-organs": message("organs and bodies of the United Nations"),
    "secretary-general": message("the Secretary-General"),
    "secretariat": message("the Secretariat"),
    "assembly": message("the General Assembly"),
    "presiding-officers": message("presiding officers"),
    "international-financial-institutions": message("international financial institutions"),
    "international-organisations": message("international organisations"),
    "regional-organisations": message("regional organisations"),
    "multilateral-organisations": message("multilateral organisations"),
    "international-community": message("the international community"),
    "public-sector": message("public bodies"),
    "regulators": message("regulators"),
    "private-sector": message("the private sector"),
    "developers": message("developers"),
    "platforms": message("platforms"),
    "employers": message("employers"),
    "workers": message("workers"),
    "civil-society": message("civil society"),
    "academia": message("universities and research institutions"),
    "technical-community": message("the technical community"),
    "media": message("media"),
    "individuals": message("individuals"),
    "communities": message("communities"),
    "partnerships": message("partnerships"),
    "all-stakeholders": message("all stakeholders"),
    "other-stakeholders": message("other stakeholders"),
    "named-body": message("a named body"),
}
QUALIFIERS: Mapping[str, str] = {
    "as-appropriate": message("as appropriate"),
    "where-applicable": message("where applicable"),
    "where-relevant": message("where relevant"),
    "where-feasible": message("where feasible"),
    "within-mandates": message("within mandates"),
    "within-existing-resources": message("within existing resources"),
    "within-roles-and-responsibilities": message("within roles and responsibilities"),
    "mutually-agreed-terms": message("on mutually agreed terms"),
    "voluntary": message("voluntarily"),
    "upon-request": message("upon request"),
    "national-priorities": message("by national priorities"),
    "national-law": message("by national law"),
    "consistent-with-international-law": message("in line with international law"),
    "respecting-rights": message("respecting a right that is named"),
    "without-hindering": message("without holding back others"),
    "through-mechanisms": message("through named mechanisms"),
    "together-with-others": message("together with others"),
    "with-support-of-a-body": message("with the support of a named body"),
    "urgent": message("urgently"),
    "step-by-step": message("step by step"),
    "unless-otherwise-agreed": message("unless otherwise agreed"),
}
BENEFICIARIES: Mapping[str, str] = {
    "everyone": message("everyone"),
    "member-states": message("Member States"),
    "developing-countries": message("developing countries"),
    "least-developed-countries": message("least developed countries"),
    "landlocked-developing-countries": message("landlocked developing countries"),
    "small-island-developing-states": message("small island developing States"),
    "countries-of-a-region": message("countries of a region"),
    "women-and-girls": message("women and girls"),
    "children": message("children"),
    "youth": message("young people"),
    "older-persons": message("older people"),
    "persons-with-disabilities": message("people with disabilities"),
    "indigenous-peoples": message("Indigenous Peoples"),
    "minorities": message("minorities"),
    "vulnerable-situations": message("people in vulnerable situations"),
    "displaced-people": message("displaced people"),
    "rural-and-remote": message("people in rural and remote places"),
    "workers": message("workers"),
    "small-enterprises": message("small enterprises"),
    "users": message("users of systems"),
    "affected-people": message("people about whom a system decides"),
    "researchers": message("researchers and makers of policy"),
}
