using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tool.Certificates;

/// <summary><c>sockets certs dev</c>.</summary>
internal static class CertsCommand
{
    private static readonly string[] DefaultNames = ["localhost", "127.0.0.1", "::1"];

    public static Command Create(ToolConsole console)
    {
        var folder = new Option<string>("--out") { Description = "Folder for the files; made if it does not exist.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var names = new Option<string[]>("--name") { Description = $"A DNS name or IP address for the server's certificate, besides {string.Join(", ", DefaultNames)}; repeat it for more.", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Overwrite files that exist." };
        names.Validators.Add(result =>
        {
            foreach (string name in result.Tokens.Select(token => token.Value).Where(name => Uri.CheckHostName(name.Replace("*.", "", StringComparison.Ordinal)) == UriHostNameType.Unknown))
                result.AddError($"'{name}' is neither a DNS name nor an IP address.");
        });
        var development = new Command("dev", "Make a development CA and certificates for a server and a client (P-256, 30 days): ca.pem, server.pem, client.pem and a .key file for each.")
        {
            folder,
            names,
            force,
        };
        development.SetAction(result =>
            Write(console, result.GetValue(folder)!, [.. DefaultNames.Concat(result.GetValue(names) ?? []).Distinct(StringComparer.OrdinalIgnoreCase)], result.GetValue(force)));
        return new Command("certs", "Make certificates.") { development };
    }

    private static int Write(ToolConsole console, string folder, string[] names, bool force)
    {
        using var authority = new DevelopmentAuthority(TimeProvider.System);
        using X509Certificate2 server = authority.IssueServer(names);
        using X509Certificate2 client = authority.IssueClient();
        (string Name, X509Certificate2 Certificate)[] all = [("ca", authority.Certificate), ("server", server), ("client", client)];

        string[] paths = [.. all.SelectMany(entry => new[] { CertificatePath(folder, entry.Name), KeyPath(folder, entry.Name) })];
        if (!force && paths.FirstOrDefault(Path.Exists) is { } existing)
            throw new ToolException($"'{existing}' exists already: use --force to overwrite it, or --out for another folder.");
        if (File.Exists(folder))
            throw new ToolException($"'{folder}' is a file, not a folder.");
        Directory.CreateDirectory(folder);
        foreach (string path in paths)
            File.Delete(path); // a file made anew has the rights it is made with; an old one would keep its own

        foreach ((string name, X509Certificate2 certificate) in all)
        {
            File.WriteAllText(CertificatePath(folder, name), certificate.ExportCertificatePem() + "\n");
            WriteKey(KeyPath(folder, name), certificate);
            console.WriteLine($"{CertificatePath(folder, name)}  {KeyPath(folder, name)}  {certificate.Subject}");
        }

        console.WriteLine($"names {string.Join(", ", names)}; valid until {authority.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}; for development only");
        return 0;
    }

    private static void WriteKey(string path, X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        using var writer = new StreamWriter(PrivateFile.Open(path, FileMode.CreateNew));
        writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
    }

    private static string CertificatePath(string folder, string name) => Path.Combine(folder, name + ".pem");

    private static string KeyPath(string folder, string name) => Path.Combine(folder, name + ".key");
}
