"""The record of a merged page: a workflow that ends at once, kept as long as Temporal keeps what is over."""

from temporalio import workflow

from workflows.messages import MERGED_PAGE

with workflow.unsafe.imports_passed_through():
    from roust.domain.notification import MergedPage


@workflow.defn(name=MERGED_PAGE)
class MergedPageWorkflow:
    """Does nothing: what it was started with is what its page's link answers for."""

    @workflow.run
    async def run(self, page: MergedPage) -> None:
        """Over at once; the page's alerts stand in the first event of its history."""
