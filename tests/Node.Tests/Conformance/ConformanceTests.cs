using Node.Tests.Conformance.Cases;
using Node.Tests.Support;

namespace Node.Tests.Conformance;

/// <summary>Every case of RFC 6455, on every transport, however the bytes are cut.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class ConformanceTests(ConformanceNodes nodes)
{
    private static readonly Dictionary<string, WireCase> ById =
        ((IEnumerable<WireCase>)[.. FramingCases.All, .. ControlCases.All, .. FragmentCases.All, .. TextCases.All])
            .ToDictionary(wireCase => wireCase.Id);

    public static TheoryData<string, Carrier> Cases => new(
        from id in ById.Keys
        from carrier in Enum.GetValues<Carrier>()
        select (id, carrier));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_of_the_protocol_ends_as_it_must(string id, Carrier carrier) =>
        await CaseRunner.RunAsync(await nodes.On(carrier), ById[id]);
}
