using System.Security.Cryptography;
using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

public class AcceptKeyTests
{
    [Fact]
    public void Any_key_gives_what_the_frameworks_hash_gives()
    {
        var random = new Random(1);
        var nonce = new byte[16];
        var accept = new byte[AcceptKey.Length];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(nonce);
            byte[] key = Encoding.ASCII.GetBytes(Convert.ToBase64String(nonce));
            AcceptKey.Write(key, accept);
            byte[] hash = SHA1.HashData([.. key, .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8]);
            Assert.Equal(Convert.ToBase64String(hash), Encoding.ASCII.GetString(accept));
        }
    }
}
