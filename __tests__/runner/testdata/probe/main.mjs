import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const write = (file, text) => appendFileSync(process.env[`GITHUB_${file}`], text);
const say = (...lines) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));
const forever = () => setInterval(() => undefined, 1000);

const scenarios = {
  async environment() {
    say(`ENV ${JSON.stringify(process.env)}`);
    say(`CWD ${process.cwd()} NODE ${process.version} STDIN ${JSON.stringify(readFileSync(0, 'utf8'))}`);
    say(`EVENT ${readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8')}`);
  },
  async results() {
    write('OUTPUT', 'plain=a=b\nlines<<END\none\n two\n\nEND\nempty=\nodd<<x<<y\nEND\nx<<y\n');
    write('STATE', 'release=r-1\n');
    write('ENV', 'LATER=yes\nNODE_OPTIONS=--nope\n');
    write('PATH', '/opt/first\n/opt/second\n');
    write('STEP_SUMMARY', '# Done\n');
  },
  async masks() {
    say('::add-mask::s3cret-token', '::add-mask::line one%0Aline two', '::add-mask::   ');
    say('plain s3cret-token, twice s3cret-tokens3cret-token');
    say(`base64 ${Buffer.from('s3cret-token').toString('base64')}`);
    say(`inside ${Buffer.from('ab:s3cret-token').toString('base64')}`);
    say('second line two here', '::group::about s3cret-token', 'in group s3cret-token', '::endgroup::');
    say('::error title=About s3cret-token::lost s3cret-token');
    write('STEP_SUMMARY', 'summary s3cret-token\nline one\n');
    write('OUTPUT', 'leak=s3cret-token\nfine=yes\n');
  },
  async stop() {
    say('::stop-commands::f00', '::error::untrusted', 'x ##[error]untrusted', '::stop-commands::other', '::F00::');
    say('::error::trusted', '::stop-commands::error', '::notice::still obeyed');
  },
  async annotations() {
    say('::error file=deploy/app.yml,line=3,endLine=4,col=5,title=No%3A a%2C b%0Ac%25::first%0Asecond %250A :: end');
    say(`::warning file=${process.cwd()}/deploy/app.yml::absolute`, `::error::${'x'.repeat(5000)}`);
    for (let index = 0; index < 12; index += 1) say(`::notice::n${index}`);
    say('text before ##[warning]bracket syntax', 'text ::error::not at the start', '  ::warning::indented', '::nonsense::x');
    process.stderr.write('::warning::on standard error\n');
    process.stdout.write('progress\r::notice::after a carriage return\r');
    process.stdout.write('::debug::quiet\n');
  },
  async groups() {
    say('before', '::group::First', 'a', '::group::Second', 'b', '::endgroup::', 'after');
  },
  async malformed() {
    write('OUTPUT', 'kept=1\nlost<<END\nvalue\nEND');
    write('OUTPUT', 'ING\n');
  },
  async 'large-summary'() {
    write('STEP_SUMMARY', 'x'.repeat(1024 * 1024 + 1));
  },
  async fail() {
    say('::error::why');
    process.exitCode = 3;
  },
  async graceful() {
    process.on('SIGINT', () => {
      write('OUTPUT', 'outcome=aborted\n');
      say('got SIGINT');
      process.exit(0);
    });
    say('ready');
    forever();
  },
  async stubborn() {
    process.on('SIGINT', () => say('got SIGINT'));
    process.on('SIGTERM', () => {
      say('got SIGTERM');
      process.exit(9);
    });
    say('ready');
    forever();
  },
  async deaf() {
    process.on('SIGINT', () => say('got SIGINT'));
    process.on('SIGTERM', () => say('got SIGTERM'));
    write('OUTPUT', 'before=kill\n');
    write('STATE', 'release=r-1\n');
    write('STEP_SUMMARY', 'half way\n');
    say('ready');
    forever();
  },
  async child() {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'ignore' });
    say(`child ${child.pid}`);
    forever();
  },
  async memory() {
    const kept = Buffer.alloc(200 * 1024 * 1024, 1);
    await sleep(200);
    say(`kept ${kept.length}`);
  },
};

await scenarios[process.env.INPUT_SCENARIO]();
