// Command langnghe listens to public news and posts about a ward, warns
// early of rumours and scams, and helps the ward to answer with facts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the ward's zone, on machines without a zone database
)

// version is set by the linker for releases.
var version = "dev"

func main() {
	syscall.Umask(0o077) // what people said is not for other users of the machine
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills the process
	code := run(ctx, os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// std are the streams of a command: data goes to out, messages to err.
type std struct {
	in       io.Reader
	out, err io.Writer
}

// A command is one word of the program.
type command struct {
	name  string
	args  string
	about [2]string // vi, en
	run   func(ctx context.Context, c *call) error
}

// commands in the order of the help text.
var commands = []command{
	{"demo", "", [2]string{"chạy thử với dữ liệu mẫu", "start everything on sample data"}, runDemo},
	{"setup", "[service]", [2]string{"cài đặt lần đầu: hỏi từng bước, ghi tệp cấu hình; service: cài thành dịch vụ", "first run: asks step by step, writes the configuration; service: installs it under systemd"}, runSetup},
	{"serve", "", [2]string{"chạy dịch vụ", "run the service"}, runServe},
	{"search", "QUERY", [2]string{"tìm trong các tin đã thu thập", "search what was collected"}, runSearch},
	{"import", "FILE…", [2]string{"đưa tin từ tệp JSON Lines, CSV, Excel vào", "take items from JSON Lines, CSV or Excel files in"}, runImport},
	{"export", "", [2]string{"xuất tin ra JSON Lines", "write the items as JSON Lines"}, runExport},
	{"erase", "ID", [2]string{"xóa hẳn một mục tin ở mọi nơi", "erase one item everywhere"}, runErase},
	{"report", "KIND|list|verify|lint", [2]string{"lập, kiểm tra báo cáo; soát thể thức văn bản", "write and verify reports; check a document's form"}, runReport},
	{"user", "add|list|password|disable|enable|unlock|second", [2]string{"quản lý người dùng", "manage the people who sign in"}, runUser},
	{"audit", "verify|list", [2]string{"kiểm tra nhật ký hệ thống", "check the audit log"}, runAudit},
	{"reindex", "", [2]string{"lập lại chỉ mục tìm kiếm", "build the search index anew"}, runReindex},
	{"backup", "init|now|list|verify|drill|prune|key", [2]string{"sao lưu, kiểm tra bản sao lưu", "make and check backups"}, runBackup},
	{"restore", "-from FOLDER", [2]string{"khôi phục từ bản sao lưu", "bring a backup back"}, runRestore},
	{"doctor", "", [2]string{"kiểm tra mọi thứ và chỉ cách sửa", "examine everything and say what to do"}, runDoctor},
	{"support", "-o FILE.zip", [2]string{"gói thông tin hỗ trợ, không có dữ liệu cá nhân", "a bundle for whoever helps, without personal data"}, runSupport},
	{"config", "check FILE", [2]string{"kiểm tra tệp cấu hình", "check a configuration file"}, runConfig},
	{"discover", "URL", [2]string{"tìm RSS, sitemap, trang danh sách của một trang web", "find the feeds, sitemaps and lists of a site"}, runDiscover},
	{"parse", "-as page|feed|… -url U FILE…", [2]string{"đọc trang đã lưu thành mục tin", "read saved documents into items"}, runParse},
	{"read", "[FILE]", [2]string{"đọc hiểu mục tin", "print the reading of items"}, runRead},
	{"stories", "[FILE]", [2]string{"gom các tin gần như trùng nhau", "group near-duplicates"}, runStories},
	{"rules", "check|test|match|preview", [2]string{"kiểm tra và chạy thử quy tắc", "check and try rules"}, runRules},
	{"official", "facts|check -documents DIR", [2]string{"dữ kiện từ văn bản chính thức", "facts of official documents"}, runOfficial},
	{"trend", "detect|forecast [FILE]", [2]string{"phát hiện, dự báo xu hướng", "find and forecast trends"}, runTrend},
	{"version", "", [2]string{"in phiên bản", "print the version"}, func(_ context.Context, c *call) error {
		fmt.Fprintln(c.out, version)
		return nil
	}},
}

// A usageError is the caller's mistake: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errSilent fails without another message: what is wrong was printed.
var errSilent = errors.New("failed")

// run is the program without the process: it returns the exit code, 0 done,
// 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string, s std) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		help(s.out)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	for _, cmd := range commands {
		if cmd.name != args[0] {
			continue
		}
		c := &call{std: s, cmd: cmd, args: args[1:]}
		err := cmd.run(ctx, c)
		var usage usageError
		switch {
		case err == nil:
			return 0
		case errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errSilent):
			return 1
		case errors.As(err, &usage):
			fmt.Fprintf(s.err, "langnghe %s: %v\nusage: langnghe %s %s\n", cmd.name, err, cmd.name, cmd.args)
			return 2
		default:
			for line := range strings.Lines(err.Error()) {
				fmt.Fprintf(s.err, "langnghe %s: %s\n", cmd.name, strings.TrimRight(line, "\n"))
			}
			return 1
		}
	}
	fmt.Fprintf(s.err, "langnghe: no command %q; see langnghe help\n", args[0])
	return 2
}

func help(w io.Writer) {
	fmt.Fprint(w, "Lắng Nghe – lắng nghe dư luận, cảnh báo sớm, trả lời bằng sự thật\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  langnghe %-30s %s\n  %-39s %s\n", strings.TrimSpace(c.name+" "+c.args), c.about[0], "", c.about[1])
	}
	fmt.Fprint(w, "\nlangnghe COMMAND -h explains a command.\n")
}

// A call is one run of a command, with the flags that mean the same
// everywhere.
type call struct {
	std
	cmd  command
	args []string

	config, data, listen, profile, zone, lang string
	json, verbose                             bool
}

// flags makes the command's flag set: the common flags that it names, and
// what add declares.
func (c *call) flags(common string, add func(*flag.FlagSet)) (*flag.FlagSet, error) {
	fs := flag.NewFlagSet("langnghe "+c.cmd.name, flag.ContinueOnError)
	fs.SetOutput(c.err)
	fs.Usage = func() {
		fmt.Fprintf(c.err, "langnghe %s %s\n%s\n%s\n\n", c.cmd.name, c.cmd.args, c.cmd.about[0], c.cmd.about[1])
		fs.PrintDefaults()
	}
	for _, f := range strings.Fields(common) {
		switch f {
		case "config":
			fs.StringVar(&c.config, "config", "", "configuration `file`")
		case "data":
			fs.StringVar(&c.data, "data", "./data", "data `folder`: all state lives under it")
		case "listen":
			fs.StringVar(&c.listen, "listen", "127.0.0.1:8080", "`address` of the desk")
		case "profile":
			fs.StringVar(&c.profile, "profile", "thai-hoa-2026", "ward `profile`: thai-hoa-2026 or long-son-2024")
		case "zone":
			fs.StringVar(&c.zone, "zone", "Asia/Ho_Chi_Minh", "time `zone` of times without one")
		case "lang":
			fs.StringVar(&c.lang, "lang", "vi", "language of messages: vi or en")
		case "json":
			fs.BoolVar(&c.json, "json", false, "write JSON Lines")
		case "v":
			fs.BoolVar(&c.verbose, "v", false, "log what happens in detail")
		}
	}
	if add != nil {
		add(fs)
	}
	if err := fs.Parse(c.args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, usageError{err}
	}
	return fs, nil
}

// alone refuses words behind the flags of a command that takes none.
func alone(fs *flag.FlagSet) error {
	if fs.NArg() > 0 {
		return usagef("%q is not understood; it takes flags only", fs.Arg(0))
	}
	return nil
}

// log writes structured lines to the error stream.
func (c *call) log(min slog.Level) *slog.Logger {
	if c.verbose {
		min = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: min}))
}

// input opens the named file, or the standard input for "" and "-".
func (c *call) input(name string) (io.ReadCloser, error) {
	if name == "" || name == "-" {
		return io.NopCloser(c.in), nil
	}
	return os.Open(name)
}
