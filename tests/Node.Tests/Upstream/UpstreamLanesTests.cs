using Node.Connect.Settings;
using Node.Connect.Upstream;
using Node.Protocol.Upstream;

namespace Node.Tests.Upstream;

/// <summary>Order, batches, bounds, tries and ends of the lanes, on a clock that the test moves.</summary>
public class UpstreamLanesTests
{
    [Fact]
    public async Task A_connections_next_item_waits_for_the_answer_to_the_one_before()
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { Lanes = 4 });
        ProbeItem first = test.Add();
        FakeUpstream.Call busy = await test.Upstream.NextAsync();
        ProbeItem second = test.Add();
        ProbeItem third = test.Add();

        // Among so many some have another lane, which does not wait.
        ProbeItem[] others = [.. Enumerable.Range(2, 20).Select(connection => test.Add((ulong)connection))];
        FakeUpstream.Call other = await test.Upstream.NextAsync();
        Assert.DoesNotContain(other.Batch.Items, item => item.Client == "1");
        Assert.False(second.Outcome.IsCompleted);
        Assert.Contains(others, item => item.Number == other.Numbers[0]);

        busy.Succeed(new Answer { Number = first.Number, Data = Google.Protobuf.ByteString.CopyFromUtf8("7") });
        Assert.Equal("ok 7", await first.Outcome);
        FakeUpstream.Call next;
        do
        {
            next = await test.Upstream.NextAsync();
        }
        while (!next.Batch.Items.Any(item => item.Client == "1"));
        Assert.Equal([second.Number, third.Number], next.Batch.Items.Where(item => item.Client == "1").Select(item => item.Number));
        next.Succeed(new Answer { Number = third.Number, Error = new Error { Code = 1404 } });
        Assert.Equal("ok", await second.Outcome);
        Assert.Equal("error 1404", await third.Outcome);
    }

    [Theory]
    [InlineData(3, 300, new[] { 3, 3, 1 })]
    [InlineData(100, 300, new[] { 7 })]
    [InlineData(100, 500_000, new[] { 2, 2, 2, 1 })]
    [InlineData(100, 2_000_000, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    public async Task A_batch_is_bounded_by_its_items_and_their_bytes(int batch, int bytes, int[] sizes)
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { Batch = batch });
        test.Add();
        FakeUpstream.Call busy = await test.Upstream.NextAsync();
        ProbeItem[] items = [.. Enumerable.Range(0, 7).Select(_ => test.Add(bytes: bytes))];
        busy.Succeed();
        List<ulong> seen = [];
        foreach (int size in sizes)
        {
            FakeUpstream.Call call = await test.Upstream.NextAsync();
            Assert.Equal(size, call.Numbers.Length);
            seen.AddRange(call.Numbers);
            call.Succeed();
        }

        Assert.Equal(items.Select(item => item.Number), seen);
    }

    [Fact]
    public async Task A_batch_waits_for_more_as_long_as_it_may()
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { Gather = TimeSpan.FromMilliseconds(5) });
        test.Add();
        test.Add(connection: 2);
        Assert.Equal(0, test.Upstream.Waiting);
        FakeUpstream.Call call = await test.PassAsync(test.Upstream.NextAsync());
        Assert.Equal(2, call.Numbers.Length);
        Assert.Equal(("n1", test.Lanes.Incarnation), (call.Batch.Node, call.Batch.Incarnation));
        call.Succeed();
    }

    [Theory]
    [InlineData(2, 16 * 1024 * 1024)]
    [InlineData(1000, 2048)]
    public async Task What_finds_no_place_is_told_so_at_once(int items, int bytes)
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { MaxWaiting = items, MaxWaitingBytes = bytes });
        ProbeItem first = test.Add(bytes: 1000);
        FakeUpstream.Call call = await test.Upstream.NextAsync();
        ProbeItem second = test.Add(bytes: 1000);
        ProbeItem full = test.Add(bytes: 1000);
        Assert.True(full.Outcome.IsCompleted, "it waits");
        Assert.Equal("error 114", await full.Outcome);

        call.Succeed();
        Assert.Equal("ok", await first.Outcome);
        (await test.Upstream.NextAsync()).Succeed();
        Assert.Equal("ok", await second.Outcome);
        ProbeItem later = test.Add(bytes: 1000);
        (await test.Upstream.NextAsync()).Succeed();
        Assert.Equal("ok", await later.Outcome);
    }

    [Theory]
    [InlineData(UpstreamOutcome.Away)]
    [InlineData(UpstreamOutcome.TimedOut)]
    public async Task What_may_pass_is_tried_again_as_it_was(object failure)
    {
        await using var test = new LanesUnderTest();
        ProbeItem item = test.Add();
        for (int i = 0; i < 3; i++)
        {
            FakeUpstream.Call call = await test.PassAsync(test.Upstream.NextAsync());
            Assert.Equal([item.Number], call.Numbers);
            call.Fail((UpstreamOutcome)failure);
        }

        FakeUpstream.Call last = await test.PassAsync(test.Upstream.NextAsync());
        Assert.Equal("as the test says", test.Lanes.Problem);
        last.Succeed();
        Assert.Equal("ok", await item.Outcome);
        ProbeItem next = test.Add();
        (await test.Upstream.NextAsync()).Succeed();
        await next.Outcome;
        Assert.Null(test.Lanes.Problem);
        Assert.Equal([61, 62], test.Log.Lines.Select(line => line.Id));
    }

    [Fact]
    public async Task Pauses_between_tries_grow()
    {
        await using var test = new LanesUnderTest();
        ProbeItem item = test.Add();
        (await test.Upstream.NextAsync()).Fail(UpstreamOutcome.Away);
        foreach (int pauseMs in (int[])[100, 200, 400, 800, 1600, 3200, 5000, 5000])
        {
            DateTimeOffset failed = test.Time.GetUtcNow();
            FakeUpstream.Call call = await test.PassAsync(test.Upstream.NextAsync());

            // Jitter takes up to a half.
            TimeSpan paused = test.Time.GetUtcNow() - failed;
            Assert.True(paused >= TimeSpan.FromMilliseconds(pauseMs / 2), $"{paused} in place of {pauseMs} ms");
            call.Fail(UpstreamOutcome.Away);
        }

        (await test.PassAsync(test.Upstream.NextAsync())).Succeed();
        Assert.Equal("ok", await item.Outcome);
    }

    [Fact]
    public async Task What_waits_too_long_is_given_up()
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { GiveUpAfter = TimeSpan.FromSeconds(15) });
        DateTimeOffset begin = test.Time.GetUtcNow();
        ProbeItem message = test.Add();
        FakeUpstream.Call first = await test.Upstream.NextAsync();
        ProbeItem happened = test.Add(isEvent: true);
        first.Fail(UpstreamOutcome.Away);
        Task<string[]> given = Task.WhenAll(message.Outcome, happened.Outcome);
        while (!given.IsCompleted)
        {
            Task<FakeUpstream.Call> call = test.Upstream.NextAsync();
            if (await test.PassAsync(Task.WhenAny(call, given)) == call)
            {
                (await call).Fail(UpstreamOutcome.Away);
            }
        }

        Assert.Equal(["error 114", "error 114"], await given);
        Assert.True(test.Time.GetUtcNow() - begin >= TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_and_its_message_times_out()
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with
        {
            Timeout = TimeSpan.FromSeconds(5),
            GiveUpAfter = TimeSpan.FromSeconds(1),
        });
        ProbeItem item = test.Add();
        await test.Upstream.NextAsync();
        Assert.Equal("error 112", await test.PassAsync(item.Outcome));
        Assert.Contains("no answer within 5000 ms", Assert.Single(test.Log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_final_and_the_lane_goes_on()
    {
        await using var test = new LanesUnderTest();
        ProbeItem refused = test.Add();
        (await test.Upstream.NextAsync()).Fail(UpstreamOutcome.Refused);
        Assert.Equal("error 100", await refused.Outcome);
        ProbeItem broken = test.Add();
        (await test.Upstream.NextAsync()).Answer.SetException(new InvalidOperationException("a bug"));
        Assert.Equal("error 100", await broken.Outcome);
        ProbeItem fine = test.Add();
        (await test.Upstream.NextAsync()).Succeed();
        Assert.Equal("ok", await fine.Outcome);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("twice")]
    [InlineData("event")]
    [InlineData("no code")]
    public async Task An_answer_that_does_not_fit_fails_the_batch(string mistake)
    {
        await using var test = new LanesUnderTest(LanesUnderTest.Quick with { Gather = TimeSpan.FromMilliseconds(5) });
        ProbeItem message = test.Add();
        ProbeItem happened = test.Add(isEvent: true);
        FakeUpstream.Call call = await test.PassAsync(test.Upstream.NextAsync());
        var fits = new Answer { Number = message.Number };
        Answer[] answers = mistake switch
        {
            "unknown" => [fits, new Answer { Number = 77 }],
            "twice" => [fits, fits.Clone()],
            "event" => [fits, new Answer { Number = happened.Number }],
            _ => [new Answer { Number = message.Number, Error = new Error { Reason = "why" } }],
        };
        call.Succeed(answers);
        Assert.Equal("error 100", await message.Outcome);
        Assert.Equal("error 100", await happened.Outcome);
    }

    [Fact]
    public async Task At_the_end_what_waits_is_sent_and_the_rest_is_given_up()
    {
        var test = new LanesUnderTest(LanesUnderTest.Quick with { Batch = 1, Timeout = TimeSpan.FromHours(1) });
        ProbeItem[] items = [test.Add(), test.Add(), test.Add()];
        FakeUpstream.Call call = await test.Upstream.NextAsync();
        Task<bool> disposed = test.Lanes.DisposeAsync().AsTask().ContinueWith(ended => ended.IsCompletedSuccessfully, TaskScheduler.Default);
        call.Succeed();
        Assert.Equal("ok", await items[0].Outcome);
        await test.Upstream.NextAsync();
        Assert.True(await test.PassAsync(disposed, TimeSpan.FromHours(1)));
        Assert.Equal(["error 114", "error 114"], [await items[1].Outcome, await items[2].Outcome]);
        Assert.Equal("error 114", await test.Add().Outcome);
    }

    [Fact]
    public async Task New_settings_hold_for_the_next_batch()
    {
        await using var test = new LanesUnderTest();
        test.Add();
        FakeUpstream.Call busy = await test.Upstream.NextAsync();
        test.Lanes.Apply(LanesUnderTest.Quick with { Batch = 1, MaxWaiting = 3 });
        test.Add();
        test.Add();
        Assert.Equal("error 114", await test.Add().Outcome);
        busy.Succeed();
        FakeUpstream.Call next = await test.Upstream.NextAsync();
        Assert.Single(next.Numbers);
        next.Succeed();
        (await test.Upstream.NextAsync()).Succeed();
    }
}
