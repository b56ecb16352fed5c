"""Three commands and a query by the client that openapi-generator makes for Python."""
import sys
from datetime import datetime, timedelta, timezone

import openapi_client as entente

url = sys.argv[1]
client = entente.ApiClient(entente.Configuration(host=url))
actor = 'norland;role=donor;person=n-1'
stream = 'norland.by-python'
proposal = {
    'title': 'By Python', 'donor': 'norland', 'recipient': 'estmark', 'sector': '15210',
    'starts': '2026-01-01', 'ends': '2027-12-31',
}
entente.ProgrammeApi(client).propose_programme(
    stream, entente.ProposeProgramme.from_dict(proposal), entente_actor=actor)
account = {
    'donor': 'norland', 'recipient': 'estmark', 'programme': stream, 'fund': 'Fund', 'currency': 'USD',
    'stages': ['pledged', 'committed'], 'basis': 'own', 'onBudget': False,
}
funding = entente.FundingAccountApi(client)
funding.open_funding_account(stream, entente.OpenFundingAccount.from_dict(account), entente_actor=actor)
yesterday = datetime.now(timezone.utc) - timedelta(days=1)
pledge = entente.PledgeFunds(amount=3_000_000_000, period='2026', occurred_at=yesterday)
receipt = funding.pledge_funds(stream, pledge, entente_actor=actor)
page = entente.ReadModelsApi(client).query_funding(account=[stream], after=receipt.after)
print(page.rows[0].pledged, page.rows[0].currency, page.totals[0].pledged)
