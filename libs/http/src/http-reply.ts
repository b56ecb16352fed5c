/** The members of a web server's reply that handlers use. */
export interface HttpReply {
  header(name: string, value: string): HttpReply;
  status(code: number): HttpReply;
  send(body: string): unknown;
}
