"""The page on which quotations are checked."""

from pathlib import Path

from bot.adapters.check_wording import verdict_of
from bot.checking import Verdict
from tests.bot.examples import BRIDGE
from tests.bot.web.site import ANSWERING, served_site


async def test_a_text_is_checked_and_each_quotation_leads_to_its_place(tmp_path: Path) -> None:
    async with served_site(tmp_path) as site:
        changed = ANSWERING.replace("3 May", "4 May").rstrip(".")
        checked = await site.send("/check", text=f"“{ANSWERING}” <b>and</b> “{changed}” & “nine tame penguins danced”")
        assert checked.status_code == 200
        for verdict in (Verdict.VERBATIM, Verdict.ALTERED, Verdict.NOT_FOUND):
            assert verdict_of(verdict) in checked.text
        assert "<strong>3</strong>" in checked.text
        assert "“4” is “3” in the article." in checked.text
        assert "<b>and</b>" not in checked.text
        start = BRIDGE.text.index(ANSWERING)
        assert f'href="/a/bridge/{BRIDGE.revision}?q={start}-' in checked.text


async def test_only_a_form_of_the_page_is_taken(tmp_path: Path) -> None:
    async with served_site(tmp_path) as site:
        shown = await site.client.get("/check")
        assert 'name="token"' in shown.text
        assert (await site.client.post("/check", data={"text": "“x”", "token": "forged"})).status_code == 403
        assert (await site.send("/check", text="x" * 20_001)).status_code == 422
