/** The members of a web server's reply that handlers use. */
export interface HttpReply {
  header(name: string, value: string): HttpReply;
  getHeader(name: string): unknown;
  status(code: number): HttpReply;
  send(body: string): unknown;
}
