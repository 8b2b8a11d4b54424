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

// readAtOnce is read for several statements, which all see the same moment.
func (s *Store) readAtOnce(ctx context.Context, do func(c *conn) error) error {
	return s.read(ctx, func(c *conn) error {
		if err := c.run("BEGIN"); err != nil {
			return err
		}
		defer c.rollback() // there is nothing to commit
		return do(c)
	})
}
