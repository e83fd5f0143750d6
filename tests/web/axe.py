"""axe-core in a tab: what an automatic check of WCAG 2.2, A and AA, objects to.

https://github.com/dequelabs/axe-core
"""

from importlib.resources import files

from tests.web.browser import Tab

RUN = """
axe.run(document, {runOnly: {type: "tag", values: [
  "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})
  .then((found) => found.violations.map((one) =>
    `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`))
"""


async def objections(tab: Tab) -> list[str]:
    """What the check objects to on the page that the tab shows."""
    source = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    await tab.do("Runtime.evaluate", expression=source)
    answer = await tab.do("Runtime.evaluate", expression=RUN, awaitPromise=True, returnByValue=True)
    found: list[str] = answer["result"]["value"]
    return found
