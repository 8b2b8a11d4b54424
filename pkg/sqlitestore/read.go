package sqlitestore

import "context"

// read runs a read, which waits for no write. do may run more than once; the last time counts.
func (s *Store) read(ctx context.Context, do func(c *conn) error) error {
	c, err := s.readers.take(ctx)
	if err == nil {
		defer s.readers.give(c)
		err = patiently(ctx, func() error { return do(c) })
	}
	if err != nil {
		return failed(ctx, err)
	}
	return nil
}

// readAtOnce is read for several statements, which all see the same moment. If nobody writes just then, it reads on the
// writer's connection, which still has its pages: those of another connection are of no use any more after a commit.
func (s *Store) readAtOnce(ctx context.Context, do func(c *conn) error) error {
	c := s.groups.writer.idle()
	if c == nil {
		return s.read(ctx, func(c *conn) error { return inOneMoment(c, do) }) //nolint:contextcheck // see inOneMoment
	}
	defer s.groups.writer.give(c)
	if err := inOneMoment(c, do); err != nil { //nolint:contextcheck // see inOneMoment
		return failed(ctx, err)
	}
	return nil
}

// inOneMoment runs several statements of a read, which all see the same moment. BEGIN and ROLLBACK wait for nothing.
func inOneMoment(c *conn, do func(c *conn) error) error {
	if err := c.run("BEGIN"); err != nil {
		return err
	}
	defer c.rollback() // there is nothing to commit
	return do(c)
}
