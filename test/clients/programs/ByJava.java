import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.FundingAccountApi;
import org.openapitools.client.api.ProgrammeApi;
import org.openapitools.client.api.ReadModelsApi;
import org.openapitools.client.model.FundingPage;
import org.openapitools.client.model.OpenFundingAccount;
import org.openapitools.client.model.PledgeFunds;
import org.openapitools.client.model.ProposeProgramme;
import org.openapitools.client.model.Receipt;

/** Three commands and a query by the client that openapi-generator makes for Java. */
public class ByJava {
  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient().setBasePath(args[0]);
    String actor = "norland;role=donor;person=n-1";
    String stream = "norland.by-java";
    ProposeProgramme proposal = new ProposeProgramme().title("By Java").donor("norland").recipient("estmark")
        .sector("15210").starts(LocalDate.parse("2026-01-01")).ends(LocalDate.parse("2027-12-31"));
    new ProgrammeApi(client).proposeProgramme(stream, proposal).ententeActor(actor).execute();
    OpenFundingAccount account = new OpenFundingAccount().donor("norland").recipient("estmark").programme(stream)
        .fund("Fund").currency("USD").basis(OpenFundingAccount.BasisEnum.OWN).onBudget(false)
        .stages(Set.of(OpenFundingAccount.StagesEnum.PLEDGED));
    FundingAccountApi funding = new FundingAccountApi(client);
    funding.openFundingAccount(stream, account).ententeActor(actor).execute();
    PledgeFunds pledge = new PledgeFunds().amount(3_000_000_000L).period("2026")
        .occurredAt(OffsetDateTime.now().minusDays(1));
    Receipt receipt = funding.pledgeFunds(stream, pledge).ententeActor(actor).execute();
    FundingPage page = new ReadModelsApi(client).queryFunding().account(List.of(stream)).after(receipt.getAfter())
        .execute();
    System.out.println(page.getRows().get(0).getPledged() + " " + page.getRows().get(0).getCurrency() + " "
        + page.getTotals().get(0).getPledged());
  }
}
