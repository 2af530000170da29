import { commandKinds } from '../../support/load/command-kinds.ts'
import { presets, usualShape } from './presets.ts'
import { programName } from './program-name.ts'

const presetLines = Object.entries(presets).map(([name, { meaning }]) => `    ${name.padEnd(17)} ${meaning}`)

export const usage = `Usage: ${programName} --url ws://127.0.0.1:8080/ws [--url …] [options]

Connects users to the gateways and sends messages into rooms at a steady rate,
in stages, or by a scenario. Reports the times until messages are stored and
received, and whether messages are lost, duplicated or reordered. A latency
counts from the time at which the message was due, so that it includes stalls.

The load
  --url URL               a gateway; several are used in turn
  --preset NAME           one of these; other options override its values:
${presetLines.join('\n')}
  --users N               users, with one socket each (${usualShape.users})
  --rooms N               rooms (${usualShape.rooms})
  --room-size D           members of a room (${usualShape.roomSize})
  --message-size D        characters of a message (${usualShape.messageSize})
  --mix SHARES            percent of each kind of command, together 100, such as
                          messages=90,reactions=8,edits=2 (messages=100). The kinds
                          are ${commandKinds.join(', ')}.
                          Besides, read=auto marks what was received as read, and
                          typing=auto announces each message: both in addition to
                          the rate, and reported apart
  --rate N                commands a second of all users together (${usualShape.rate})
  --duration T            how long commands are sent (60s)
  --stage T:N             the rate changes evenly to N within T; several follow each
                          other, instead of --duration. The first one starts at
                          --rate if it is given, otherwise at 0. 0s:N is a jump
  --scenario FILE         users run the flow of this JSON file instead. --rate and
                          --stage then count its iterations a second (model open)
                          or its users (model closed)
  --ramp T                time over which sockets are opened (5s)
  --slow-readers SHARE    share of the users that read with pauses
  --drops N               sockets dropped a second; they reconnect and resume
  --seed N                seed of all random choices
  --tokens FILE           JWTs, one a line; the subject of a token is the user's name
  --token-command CMD     prints the JWT of the user whose name is its last argument
  --i-own-this-target     permits addresses of other machines

Processes and machines
  --workers N             processes of this machine (1)
  --agents N              waits for N other machines, which share the load; prints the
                          command to run on them
  --agent-listen ADDRESS  address for the agents (0.0.0.0:7100)
  --agent URL             makes this machine an agent of the run at ws://HOST:7100;
                          the other options of an agent are --workers and
                          --i-own-this-target. The environment variable
                          CHAT_LOAD_KEY holds the key of the run

Results
  --html FILE             file for the page (load-report.html)
  --json FILE             file for all numbers
  --csv FILE              file with one line for each second
  --junit FILE            file with the verdicts as JUnit test cases
  --otlp URL              sends metrics each second by OTLP over HTTP, to an address
                          such as http://127.0.0.1:4318/v1/metrics; the environment
                          variable OTEL_EXPORTER_OTLP_HEADERS holds more headers
  --live PORT             shows the report at http://127.0.0.1:PORT while the test runs
  --compare FILE          the --json file of a former run: shows the differences
  --fail-if CONDITION     ends with 1 if it is true or if nothing was measured, such as
                          p99>250ms, stored.p50>20ms, errors>1%, busy>80%; may be given
                          several times. With a scenario also read-history.p99>1s,
                          iteration.p90>30s, failed>1%, dropped>0%; with --mix also
                          edits-stored.p99>50ms, reactions-received.p99>250ms,
                          typing.p99>100ms, read.p99>2s
  --no-check              only measures: checks no frames and keeps no history

D is a number (20), a range (2-50) or zipf:MOST (many small values, few up to MOST).
T is 500ms, 60s, 5m. Ctrl-C stops the run with a report; a second Ctrl-C ends it
without one. Exit code: 0; 1 if a condition is true or frames are lost, duplicated
or reordered; 2 if an option is wrong or the load could not be run.`
